// The system's SQLite, and the few things of its interface that Swift can't import: macros with casts and variadic functions.
#ifndef CSQLITE_H
#define CSQLITE_H
#include <sqlite3.h>

/// Binds text that SQLite copies. A null pointer with length 0 is the empty text, not NULL.
static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
    return sqlite3_bind_text64(statement, index, length == 0 ? "" : (const char *)bytes, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Binds bytes that SQLite copies. A null pointer with length 0 is the empty blob, not NULL.
static inline int csqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
    return sqlite3_bind_blob64(statement, index, length == 0 ? "" : bytes, length, SQLITE_TRANSIENT);
}

/// sqlite3_db_config for the switches that take an int; SQLITE_OK when the switch now has this value.
static inline int csqlite_switch(sqlite3 *connection, int option, int value) {
    int now = -1;
    int code = sqlite3_db_config(connection, option, value, &now);
    return code != SQLITE_OK ? code : now == value ? SQLITE_OK : SQLITE_ERROR;
}

/// Turns memory statistics off: with them every allocation of every connection takes one global lock.
/// SQLITE_MISUSE when SQLite is initialised already, which harms nothing.
static inline int csqlite_config_without_memory_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

/// The methods of one open file with some replaced, and the ones that they stand for. `methods` is first, so that the file's own
/// pointer to its methods leads here.
typedef struct csqlite_wrapped_methods {
    sqlite3_io_methods methods;
    const sqlite3_io_methods *original;
} csqlite_wrapped_methods;
#endif
