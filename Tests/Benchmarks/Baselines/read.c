#include "Baselines.h"
#include "whole.h"
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const schema =
    "PRAGMA journal_mode = WAL;"
    "CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation INTEGER, kind INTEGER, author INTEGER, sent_at INTEGER, status INTEGER,"
    " origin INTEGER, type TEXT, text TEXT, details BLOB, raw BLOB);"
    "CREATE INDEX messages_by_conversation ON messages (conversation, id);";

static const char *const query =
    "SELECT id, kind, author, sent_at, status, origin, type, text, details, raw FROM messages"
    " WHERE conversation = ? AND id < ? ORDER BY id DESC LIMIT ?";

enum { number_columns = 6, columns = 10 };

static int insert(sqlite3 *database, const baseline_messages *messages) {
    sqlite3_stmt *row = NULL;
    int code = sqlite3_prepare_v2(
        database, "INSERT INTO messages (conversation, kind, author, sent_at, type, text) VALUES (?, 0, 0, ?, 'text', ?)", -1, &row, NULL);
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
    for (int column = 0; column < number_columns && length + sizeof(int64_t) <= room; column++) {
        int64_t number = sqlite3_column_int64(rows, column);
        memcpy(target + length, &number, sizeof number);
        length += sizeof number;
    }
    for (int column = number_columns; column < columns; column++) {
        const void *bytes = sqlite3_column_blob(rows, column);
        size_t count = (size_t)sqlite3_column_bytes(rows, column);
        if (bytes == NULL || length + count > room) continue;
        memcpy(target + length, bytes, count);
        length += count;
    }
    return length;
}

// The rows behind their number. SQLite's code.
static int read_last(sqlite3_stmt *rows, int64_t conversation, int limit, char *reply, size_t reply_bytes) {
    int64_t found = 0;
    size_t length = sizeof found;
    sqlite3_bind_int64(rows, 1, conversation);
    sqlite3_bind_int64(rows, 2, INT64_MAX);
    sqlite3_bind_int64(rows, 3, limit);
    int code;
    for (; (code = sqlite3_step(rows)) == SQLITE_ROW; found++) length += copy_row(rows, reply + length, reply_bytes - length);
    sqlite3_reset(rows);
    memcpy(reply, &found, sizeof found);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int answer(int listener, sqlite3_stmt *rows, int limit, size_t request_bytes, size_t reply_bytes) {
    int socket = baseline_accept(listener);
    if (socket < 0) return errno;
    char *request = calloc(1, request_bytes);
    char *reply = calloc(1, reply_bytes);
    int code = request == NULL || reply == NULL ? ENOMEM : 0;
    while (code == 0) {
        int64_t conversation;
        code = receive_whole(socket, request, request_bytes);
        memcpy(&conversation, request, sizeof conversation);
        if (code == 0 && read_last(rows, conversation, limit, reply, reply_bytes) != SQLITE_OK) code = EIO;
        if (code == 0) code = send_whole(socket, reply, reply_bytes);
    }
    free(request);
    free(reply);
    close(socket);
    return code == ECONNRESET ? 0 : code;
}

int baseline_serve_reads(int listener, const char *path, int limit, size_t request_bytes, size_t reply_bytes) {
    sqlite3 *database = NULL;
    sqlite3_stmt *rows = NULL;
    int code = sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) code = sqlite3_exec(database, "PRAGMA mmap_size = 1073741824", NULL, NULL, NULL);
    if (code == SQLITE_OK) code = sqlite3_prepare_v2(database, query, -1, &rows, NULL);
    code = code == SQLITE_OK ? answer(listener, rows, limit, request_bytes, reply_bytes) : EIO;
    sqlite3_finalize(rows);
    sqlite3_close(database);
    return code;
}
