import Access
import Erasure
import Policy
import SQLite

/// The tables of handoff-context, each column with what it holds.
public enum HandoffContextMigrations {
    public static let all = AccessFollower.migrations + [Tombstones.migration, DisclosureOutbox.migration, assistants, sessions]

    static let assistants = Migration(
        "assistants",
        sql: """
            CREATE TABLE assistants (
                workspace     TEXT PRIMARY KEY,
                name          TEXT NOT NULL,
                prompt        TEXT NOT NULL,
                configured_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("assistants", "workspace", "configured_at")
            + ["name", "prompt"].map { column in
                ColumnNote(
                    "assistants", column, .workspaceConfiguration, for: [.provideService], on: .contract, kept: .accountData,
                    subject: nil, erasure: .keep)
            })

    static let sessions = Migration(
        "sessions",
        sql: """
            CREATE TABLE sessions (
                conversation     INTEGER PRIMARY KEY,
                workspace        TEXT NOT NULL,
                participant      INTEGER NOT NULL,
                last_message     INTEGER NOT NULL,
                last_activity_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX sessions_by_participant ON sessions (participant);
            CREATE TABLE conversation_cursor (
                id       INTEGER PRIMARY KEY CHECK (id = 1),
                epoch    TEXT NOT NULL,
                sequence INTEGER NOT NULL
            ) STRICT;
            """,
        columns: ColumnNote.plain("sessions", "workspace", "last_message")
            + ColumnNote.plain("conversation_cursor", "id", "epoch", "sequence")
            + ["conversation", "participant", "last_activity_at"].map {
                ColumnNote(
                    "sessions", $0, .communication, for: [.provideService], on: .customerInstruction, kept: .messengerData,
                    subject: "participant", erasure: .deleteRow)
            })
}
