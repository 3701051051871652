// What `import Glibc` leaves out: GNU and Linux calls that the mesh needs.
#ifndef CLINUX_H
#define CLINUX_H
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// accept4(2) with SOCK_CLOEXEC, so that a child never inherits a connection; non-blocking on demand. -1 and errno on failure.
int linux_accept(int listener, int nonblocking);

/// pthread_setname_np(3) on the calling thread: at most 15 characters.
void linux_name_thread(const char *name);

/// sched_setaffinity(2) of the calling thread: benchmarks pin, services don't. 0, or -1 and errno.
int linux_pin(int cpu);

/// One pointer for each thread, null until it is set. Whoever sets it sets it back; only Net's FlushScope uses it.
/// (A pthread key costs several times as much, and this is asked for with every frame.)
void *linux_note(void);
void linux_set_note(void *pointer);
#endif
