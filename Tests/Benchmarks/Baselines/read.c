#include "Baselines.h"
#include "clock.h"
#include <sqlite3.h>
#include <string.h>

static const char *const schema =
    "PRAGMA journal_mode = WAL;"
    "CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation INTEGER, author INTEGER, sent_at INTEGER, status INTEGER, type TEXT,"
    " text TEXT, raw BLOB);"
    "CREATE INDEX messages_by_conversation ON messages (conversation, id);";

static const char *const query =
    "SELECT id, author, sent_at, status, type, text, raw FROM messages WHERE conversation = ? AND id < ? ORDER BY id DESC LIMIT ?";

static int insert(sqlite3 *database, const baseline_messages *messages) {
    sqlite3_stmt *row = NULL;
    int code = sqlite3_prepare_v2(
        database, "INSERT INTO messages (conversation, author, sent_at, type, text) VALUES (?, 0, ?, 'text', ?)", -1, &row, NULL);
    for (int index = 0; index < messages->count && code == SQLITE_OK; index++) {
        sqlite3_bind_int64(row, 1, messages->conversations[index]);
        sqlite3_bind_int64(row, 2, 1700000000000 + index);
        sqlite3_bind_text(
            row, 3, messages->texts + (size_t)index * (size_t)messages->text_bytes, messages->text_bytes, SQLITE_STATIC);
        code = sqlite3_step(row) == SQLITE_DONE ? SQLITE_OK : sqlite3_errcode(database);
        sqlite3_reset(row);
    }
    sqlite3_finalize(row);
    return code;
}

int baseline_fill(const char *path, const baseline_messages *messages) {
    sqlite3 *database = NULL;
    int code = sqlite3_open(path, &database);
    if (code == SQLITE_OK) code = sqlite3_exec(database, schema, NULL, NULL, NULL);
    if (code == SQLITE_OK) code = sqlite3_exec(database, "BEGIN", NULL, NULL, NULL);
    if (code == SQLITE_OK) code = insert(database, messages);
    if (code == SQLITE_OK) code = sqlite3_exec(database, "COMMIT", NULL, NULL, NULL);
    int closed = sqlite3_close(database);
    return code == SQLITE_OK ? closed : code;
}

// Copies every value out of SQLite, as whoever answers with it has to.
static size_t copy_row(sqlite3_stmt *rows, char *target, size_t room) {
    size_t length = 0;
    for (int column = 0; column < 4; column++) {
        int64_t number = sqlite3_column_int64(rows, column);
        memcpy(target + length, &number, sizeof number);
        length += sizeof number;
    }
    for (int column = 4; column < 7; column++) {
        const void *bytes = sqlite3_column_blob(rows, column);
        size_t count = (size_t)sqlite3_column_bytes(rows, column);
        if (bytes == NULL || length + count > room) continue;
        memcpy(target + length, bytes, count);
        length += count;
    }
    return length;
}

static int read_all(
    sqlite3_stmt *rows, const int64_t *conversations, int count, int limit, int64_t rows_expected, int64_t *nanoseconds) {
    char target[4096];
    int64_t found = 0;
    for (int index = 0; index < count; index++) {
        int64_t start = nanoseconds_now();
        sqlite3_bind_int64(rows, 1, conversations[index]);
        sqlite3_bind_int64(rows, 2, INT64_MAX);
        sqlite3_bind_int64(rows, 3, limit);
        int code;
        while ((code = sqlite3_step(rows)) == SQLITE_ROW) found += copy_row(rows, target, sizeof target) > 0;
        if (code != SQLITE_DONE) return code;
        sqlite3_reset(rows);
        nanoseconds[index] = nanoseconds_now() - start;
    }
    return found == rows_expected ? SQLITE_OK : SQLITE_MISMATCH;
}

int baseline_read(
    const char *path, const int64_t *conversations, int count, int limit, int64_t rows_expected, int64_t *nanoseconds) {
    sqlite3 *database = NULL;
    sqlite3_stmt *rows = NULL;
    int code = sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) code = sqlite3_exec(database, "PRAGMA mmap_size = 1073741824", NULL, NULL, NULL);
    if (code == SQLITE_OK) code = sqlite3_prepare_v2(database, query, -1, &rows, NULL);
    if (code == SQLITE_OK) code = read_all(rows, conversations, count, limit, rows_expected, nanoseconds);
    sqlite3_finalize(rows);
    sqlite3_close(database);
    return code;
}
