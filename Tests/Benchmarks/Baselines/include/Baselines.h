// The same work in bare C: what the machine gives to whoever does nothing else. Our figures are ratios to these.
#ifndef BASELINES_H
#define BASELINES_H
#include <stddef.h>
#include <stdint.h>

/// Messages of equal sizes, one behind the other, and the conversation of each, from 1.
typedef struct baseline_messages {
    const char *ids;
    int id_bytes;
    const char *texts;
    int text_bytes;
    const int64_t *conversations;
    int count;
} baseline_messages;

/// Accepts one connection and answers each request of `request_bytes` with `reply_bytes`, blocking, until the peer leaves.
/// 0, or an errno.
int baseline_serve(int listener, size_t request_bytes, size_t reply_bytes);

/// The one connection that comes, with TCP_NODELAY; -1 and errno.
int baseline_accept(int listener);

/// Sends a request that begins with the number in `numbers`, waits for its whole reply, and so on `count` times; how long each took
/// stands in `nanoseconds`. 0, or an errno: EBADMSG when a reply does not begin with `expected`.
int baseline_exchange(
    int socket, size_t request_bytes, size_t reply_bytes, const int64_t *numbers, int count, int64_t expected, int64_t *nanoseconds);

/// Writes 4 KiB and fsyncs, `count` times, on a new file; how long each took stands in `nanoseconds`. 0, or an errno.
int baseline_sync(const char *path, int count, int64_t *nanoseconds);

/// Stores the messages in a new file with a plain schema, durably, `batch` to a transaction. How long the transactions took together
/// stands in `nanoseconds`. SQLite's code.
int baseline_append(const char *path, const baseline_messages *messages, int batch, int64_t *nanoseconds);

/// Makes a file with one plain table of the columns that a reader of ours sees, and an index. SQLite's code.
int baseline_fill(const char *path, const baseline_messages *messages);

/// As `baseline_serve`, with work: a request begins with a conversation's number; the reply begins with the number of rows, the last
/// `limit` of that conversation, newest first, with all their values. 0, or an errno: EIO when SQLite failed.
int baseline_serve_reads(int listener, const char *path, int limit, size_t request_bytes, size_t reply_bytes);

/// Requests of HTTP, one behind the other, and where each ends.
typedef struct baseline_requests {
    const char *bytes;
    const size_t *ends;
    int count;
} baseline_requests;

/// Posts all requests over connections that stay open, one at a time on each; how long each took until its answer was there stands in
/// `nanoseconds`. 0, or an errno: EBADMSG when an answer is another one than 200, ETIMEDOUT when none comes.
int baseline_post(const int *sockets, int socket_count, const baseline_requests *requests, int64_t *nanoseconds);

/// Takes whatever is posted: writes the bodies that arrive at the same time to a file, syncs it once, and answers 200. For ever, else
/// an errno.
int baseline_serve_durable(int listener, const char *path);
#endif
