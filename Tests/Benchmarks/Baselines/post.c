#include "Baselines.h"
#include "clock.h"
#include "whole.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { wait_milliseconds = 30000 };

/// One connection with the request that is under way on it.
typedef struct client {
    int socket;
    int request;
    int64_t start;
    size_t received;
    char reply[1024];
} client;

static int post_next(client *client, const baseline_requests *requests, int request) {
    size_t start = request == 0 ? 0 : requests->ends[request - 1];
    client->request = request;
    client->received = 0;
    client->start = nanoseconds_now();
    return send_whole(client->socket, requests->bytes + start, requests->ends[request] - start);
}

/// 0 when the whole reply is there and says 200, EAGAIN when more must come, else what is wrong.
static int receive_reply(client *client) {
    size_t room = sizeof client->reply - 1 - client->received;
    ssize_t count = recv(client->socket, client->reply + client->received, room, MSG_DONTWAIT);
    if (count < 0) return errno;
    if (count == 0) return ECONNRESET;
    client->received += (size_t)count;
    client->reply[client->received] = 0;
    if (strstr(client->reply, "\r\n\r\n") == NULL) return client->received < sizeof client->reply - 1 ? EAGAIN : EMSGSIZE;
    return memcmp(client->reply, "HTTP/1.1 200 ", 13) == 0 ? 0 : EBADMSG;
}

int baseline_post(const int *sockets, int socket_count, const baseline_requests *requests, int64_t *nanoseconds) {
    client *clients = calloc((size_t)socket_count, sizeof *clients);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int code = clients == NULL ? ENOMEM : epoll < 0 ? errno : 0;
    int next = 0, answered = 0;
    for (int index = 0; index < socket_count && next < requests->count && code == 0; index++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
        clients[index].socket = sockets[index];
        code = epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[index], &event) == 0 ? post_next(&clients[index], requests, next++) : errno;
    }
    while (answered < requests->count && code == 0) {
        struct epoll_event events[64];
        int count = epoll_wait(epoll, events, 64, wait_milliseconds);
        if (count <= 0) code = count == 0 ? ETIMEDOUT : errno;
        for (int index = 0; index < count && code == 0; index++) {
            client *client = &clients[events[index].data.u32];
            code = receive_reply(client);
            if (code == 0) {
                nanoseconds[client->request] = nanoseconds_now() - client->start;
                answered++;
                if (next < requests->count) code = post_next(client, requests, next++);
            } else if (code == EAGAIN) {
                code = 0;
            }
        }
    }
    if (epoll >= 0) close(epoll);
    free(clients);
    return code;
}
