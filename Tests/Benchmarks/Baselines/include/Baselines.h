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

/// Sends a request, waits for its whole reply, and so on `count` times; how long each took stands in `nanoseconds`. 0, or an errno.
int baseline_exchange(int socket, const void *request, size_t request_bytes, size_t reply_bytes, int count, int64_t *nanoseconds);

/// Writes 4 KiB and fsyncs, `count` times, on a new file; how long each took stands in `nanoseconds`. 0, or an errno.
int baseline_sync(const char *path, int count, int64_t *nanoseconds);

/// Stores the messages in a new file with a plain schema, durably, `batch` to a transaction. How long the transactions took together
/// stands in `nanoseconds`. SQLite's code.
int baseline_append(const char *path, const baseline_messages *messages, int batch, int64_t *nanoseconds);

/// Makes a file with one plain table of the columns that a reader of ours sees, and an index. SQLite's code.
int baseline_fill(const char *path, const baseline_messages *messages);

/// Reads the last `limit` messages of each conversation named, newest first; how long each took stands in `nanoseconds`.
/// SQLite's code; SQLITE_MISMATCH when the rows found are not `rows_expected` in sum.
int baseline_read(
    const char *path, const int64_t *conversations, int count, int limit, int64_t rows_expected, int64_t *nanoseconds);
#endif
