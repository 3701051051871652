#include "Baselines.h"
#include "clock.h"
#include "whole.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int baseline_accept(int listener) {
    int socket = accept(listener, NULL, NULL);
    int on = 1;
    if (socket >= 0) setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

int baseline_serve(int listener, size_t request_bytes, size_t reply_bytes) {
    int socket = baseline_accept(listener);
    if (socket < 0) return errno;
    char *request = calloc(1, request_bytes);
    char *reply = calloc(1, reply_bytes);
    int code = request == NULL || reply == NULL ? ENOMEM : 0;
    while (code == 0) {
        code = receive_whole(socket, request, request_bytes);
        if (code == 0) code = send_whole(socket, reply, reply_bytes);
    }
    free(request);
    free(reply);
    close(socket);
    return code == ECONNRESET ? 0 : code;
}

int baseline_exchange(
    int socket, size_t request_bytes, size_t reply_bytes, const int64_t *numbers, int count, int64_t expected, int64_t *nanoseconds) {
    char *request = calloc(1, request_bytes);
    char *reply = calloc(1, reply_bytes);
    int code = request == NULL || reply == NULL ? ENOMEM : 0;
    for (int index = 0; index < count && code == 0; index++) {
        int64_t start = nanoseconds_now();
        memcpy(request, &numbers[index], sizeof numbers[index]);
        code = send_whole(socket, request, request_bytes);
        if (code == 0) code = receive_whole(socket, reply, reply_bytes);
        nanoseconds[index] = nanoseconds_now() - start;
        if (code == 0 && memcmp(reply, &expected, sizeof expected) != 0) code = EBADMSG;
    }
    free(request);
    free(reply);
    return code;
}

int baseline_sync(const char *path, int count, int64_t *nanoseconds) {
    static const char page[4096];
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return errno;
    int code = 0;
    for (int index = 0; index < count && code == 0; index++) {
        int64_t start = nanoseconds_now();
        if (write(file, page, sizeof page) != (ssize_t)sizeof page || fdatasync(file) != 0) code = errno;
        nanoseconds[index] = nanoseconds_now() - start;
    }
    close(file);
    return code;
}
