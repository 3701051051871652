#define _GNU_SOURCE
#include "CLinux.h"
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

int linux_accept(int listener, int nonblocking) {
    return accept4(listener, 0, 0, SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0));
}

void linux_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int linux_pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

static __thread void *note;

void *linux_note(void) { return note; }

void linux_set_note(void *pointer) { note = pointer; }
