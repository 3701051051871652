#include "Baselines.h"
#include "clock.h"
#include <sqlite3.h>

// The settings of our writer, so that only what we do beyond SQLite counts: log, fsync, erasing, cache, checkpoint.
static const char *const settings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000;";

static const char *const schema =
    "CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation INTEGER, external_id TEXT UNIQUE, body TEXT, at INTEGER)";

static int64_t milliseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int step(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int insert(sqlite3_stmt *statement, const baseline_messages *messages, int index) {
    const char *id = messages->ids + (size_t)index * (size_t)messages->id_bytes;
    const char *text = messages->texts + (size_t)index * (size_t)messages->text_bytes;
    sqlite3_bind_int64(statement, 1, messages->conversations[index]);
    sqlite3_bind_text(statement, 2, id, messages->id_bytes, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, text, messages->text_bytes, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, milliseconds_now());
    return step(statement);
}

static int append(sqlite3 *database, const baseline_messages *messages, int batch, int64_t *nanoseconds) {
    sqlite3_stmt *begin = NULL, *commit = NULL, *row = NULL;
    int code = sqlite3_prepare_v2(database, "BEGIN IMMEDIATE", -1, &begin, NULL);
    if (code == SQLITE_OK) code = sqlite3_prepare_v2(database, "COMMIT", -1, &commit, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(
            database, "INSERT INTO messages (conversation, external_id, body, at) VALUES (?, ?, ?, ?)", -1, &row, NULL);
    int64_t start = nanoseconds_now();
    for (int index = 0; index < messages->count && code == SQLITE_OK;) {
        int end = index + batch < messages->count ? index + batch : messages->count;
        code = step(begin);
        for (; index < end && code == SQLITE_OK; index++) code = insert(row, messages, index);
        if (code == SQLITE_OK) code = step(commit);
    }
    *nanoseconds = nanoseconds_now() - start;
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    sqlite3_finalize(row);
    return code;
}

int baseline_append(const char *path, const baseline_messages *messages, int batch, int64_t *nanoseconds) {
    sqlite3 *database = NULL;
    int code = sqlite3_open(path, &database);
    if (code == SQLITE_OK) code = sqlite3_exec(database, settings, NULL, NULL, NULL);
    if (code == SQLITE_OK) code = sqlite3_exec(database, schema, NULL, NULL, NULL);
    if (code == SQLITE_OK) code = append(database, messages, batch, nanoseconds);
    int closed = sqlite3_close(database);
    return code == SQLITE_OK ? closed : code;
}
