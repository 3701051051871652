// Blocking send and recv of so many bytes: 0, or an errno. Nearly always one call.
#ifndef BASELINES_WHOLE_H
#define BASELINES_WHOLE_H
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

static inline int send_whole(int socket, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t count = send(socket, bytes, length, MSG_NOSIGNAL);
        if (count < 0) return errno;
        bytes += count;
        length -= (size_t)count;
    }
    return 0;
}

static inline int receive_whole(int socket, char *bytes, size_t length) {
    while (length > 0) {
        ssize_t count = recv(socket, bytes, length, 0);
        if (count < 0) return errno;
        if (count == 0) return ECONNRESET;
        bytes += count;
        length -= (size_t)count;
    }
    return 0;
}

#endif
