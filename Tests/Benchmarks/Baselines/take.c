#define _GNU_SOURCE
#include "Baselines.h"
#include "whole.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// One connection with what has come of its request.
typedef struct sender {
    int socket;
    char *bytes;
    size_t used, room;
} sender;

/// Where the body begins, when all of it is there; else NULL. `length` is that of the whole request, once its head is there.
static const char *whole_body(const sender *sender, size_t *length) {
    const char *end = memmem(sender->bytes, sender->used, "\r\n\r\n", 4);
    const char *stated = end == NULL ? NULL : memmem(sender->bytes, (size_t)(end - sender->bytes), "Content-Length: ", 16);
    if (stated == NULL) return NULL;
    *length = (size_t)(end + 4 - sender->bytes) + strtoul(stated + 16, NULL, 10);
    return sender->used >= *length ? end + 4 : NULL;
}

static int make_room(sender *sender, size_t room) {
    if (room <= sender->room) return 0;
    char *bytes = realloc(sender->bytes, room);
    if (bytes == NULL) return ENOMEM;
    sender->bytes = bytes;
    sender->room = room;
    return 0;
}

/// Reads what is there; writes the body, unsynced, when it is whole. 0 when it is, EAGAIN when more must come.
static int take(sender *sender, int file) {
    int code = make_room(sender, 65536);
    if (code != 0) return code;
    ssize_t count = recv(sender->socket, sender->bytes + sender->used, sender->room - sender->used, MSG_DONTWAIT);
    if (count <= 0) return count < 0 ? errno : ECONNRESET;
    sender->used += (size_t)count;
    size_t length = 0;
    const char *body = whole_body(sender, &length);
    if (body == NULL) {
        code = make_room(sender, length);
        return code == 0 ? EAGAIN : code;
    }
    size_t bytes = length - (size_t)(body - sender->bytes);
    sender->used = 0;
    return write(file, body, bytes) == (ssize_t)bytes ? 0 : EIO;
}

static void leave(sender *sender) {
    close(sender->socket);
    free(sender->bytes);
    free(sender);
}

static int admit(int listener, int epoll) {
    sender *sender = calloc(1, sizeof *sender);
    if (sender == NULL) return ENOMEM;
    sender->socket = baseline_accept(listener);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = sender};
    return sender->socket >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, sender->socket, &event) == 0 ? 0 : errno;
}

int baseline_serve_durable(int listener, const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    int code = file < 0 || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0 ? errno : 0;
    while (code == 0) {
        struct epoll_event events[64];
        sender *answered[64];
        int answered_count = 0;
        int count = epoll_wait(epoll, events, 64, -1);
        if (count < 0 && errno != EINTR) code = errno;
        for (int index = 0; index < count && code == 0; index++) {
            sender *sender = events[index].data.ptr;
            if (sender == NULL) {
                code = admit(listener, epoll);
                continue;
            }
            int taken = take(sender, file);
            if (taken == 0) answered[answered_count++] = sender;
            if (taken == ECONNRESET) leave(sender);
            if (taken != 0 && taken != ECONNRESET && taken != EAGAIN) code = taken;
        }
        if (answered_count > 0 && fdatasync(file) != 0) code = errno;
        for (int index = 0; index < answered_count && code == 0; index++)
            if (send_whole(answered[index]->socket, answer, sizeof answer - 1) != 0) leave(answered[index]);
    }
    return code;
}
