import Access
import Erasure
import Policy
import SQLite

/// The tables of handoff-context, each column with what it holds.
public enum HandoffContextMigrations {
    public static let all =
        AccessFollower.migrations + [Tombstones.migration, DisclosureOutbox.migration, assistants, rules, sessions, snapshots, summarisers]

    static let assistants = Migration(
        "assistants",
        sql: """
            CREATE TABLE assistants (
                workspace     TEXT PRIMARY KEY,
                name          TEXT NOT NULL,
                prompt        TEXT NOT NULL,
                fields        BLOB,  -- names of those that it is given of a person
                configured_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("assistants", "workspace", "configured_at")
            + ["name", "prompt", "fields"].map { column in
                ColumnNote(
                    "assistants", column, .workspaceConfiguration, for: [.provideService], on: .contract, kept: .accountData,
                    subject: nil, erasure: .keep)
            })

    static let rules = Migration(
        "rules",
        sql: """
            CREATE TABLE rules (
                workspace          TEXT PRIMARY KEY,
                rules              BLOB NOT NULL,
                unanswered_minutes INTEGER,
                set_at             INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("rules", "workspace", "set_at")
            + ["rules", "unanswered_minutes"].map {
                ColumnNote(
                    "rules", $0, .workspaceConfiguration, for: [.provideService], on: .contract, kept: .accountData, subject: nil,
                    erasure: .keep)
            })

    /// One row a conversation, and in it one holder at most: two people never hold one.
    static let sessions = Migration(
        "sessions",
        sql: """
            CREATE TABLE sessions (
                conversation     INTEGER PRIMARY KEY,
                workspace        TEXT NOT NULL,
                participant      INTEGER NOT NULL,
                last_message     INTEGER NOT NULL,
                last_activity_at INTEGER NOT NULL,
                state            INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),  -- bot, waiting, human, closed
                turn             INTEGER NOT NULL DEFAULT 0,
                asker            TEXT,
                reason           TEXT,
                priority         INTEGER CHECK (priority BETWEEN 0 AND 3),
                asked_at         INTEGER,
                asked_message    INTEGER,
                holder           TEXT,
                held_until       INTEGER,
                closed_at        INTEGER,
                unanswered_since INTEGER,
                CHECK ((state IN (1, 2)) = (asker IS NOT NULL AND reason IS NOT NULL AND priority IS NOT NULL AND asked_at IS NOT NULL)),
                CHECK ((state = 2) = (holder IS NOT NULL AND held_until IS NOT NULL)),
                CHECK ((state = 3) = (closed_at IS NOT NULL))
            ) STRICT;
            CREATE INDEX sessions_by_participant ON sessions (participant);
            CREATE INDEX sessions_by_need ON sessions (workspace, state) WHERE state IN (1, 2);
            CREATE INDEX sessions_by_patience ON sessions (workspace, unanswered_since) WHERE state = 0 AND unanswered_since IS NOT NULL;
            CREATE INDEX sessions_by_holder ON sessions (holder) WHERE holder IS NOT NULL;
            CREATE TABLE conversation_cursor (
                id       INTEGER PRIMARY KEY CHECK (id = 1),
                epoch    TEXT NOT NULL,
                sequence INTEGER NOT NULL
            ) STRICT;
            """,
        columns: ColumnNote.plain("sessions", "workspace") + ColumnNote.plain("conversation_cursor", "id", "epoch", "sequence")
            + [
                "conversation", "participant", "last_message", "last_activity_at", "state", "turn", "asker", "reason", "priority",
                "asked_at", "asked_message", "held_until", "closed_at", "unanswered_since"
            ].map {
                ColumnNote(
                    "sessions", $0, .communication, for: [.provideService], on: .customerInstruction, kept: .messengerData,
                    subject: "participant", erasure: .deleteRow)
            } + [
                ColumnNote(
                    "sessions", "holder", .account, for: [.provideService], on: .contract, kept: .messengerData, subject: "holder",
                    erasure: .clearColumn)
            ])

    static let snapshots = Migration(
        "snapshots",
        sql: """
            CREATE TABLE snapshots (
                id           INTEGER PRIMARY KEY,
                workspace    TEXT NOT NULL,
                conversation INTEGER NOT NULL,
                participant  INTEGER NOT NULL,
                audience     TEXT NOT NULL CHECK (audience IN ('assistant', 'human')),
                messages     BLOB NOT NULL,
                given_at     INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX snapshots_by_conversation ON snapshots (conversation);
            CREATE INDEX snapshots_by_participant ON snapshots (participant);
            CREATE INDEX snapshots_by_time ON snapshots (given_at);
            """,
        columns: ColumnNote.plain("snapshots", "id", "workspace")
            + ["conversation", "participant", "audience", "messages", "given_at"].map {
                ColumnNote(
                    "snapshots", $0, .communication, for: [.provideService], on: .customerInstruction, kept: .handoffContext,
                    subject: "participant", erasure: .deleteRow)
            })

    static let summarisers = Migration(
        "summarisers",
        sql: """
            CREATE TABLE summarisers (
                workspace TEXT PRIMARY KEY,
                host      TEXT NOT NULL,
                model     TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("summarisers", "workspace")
            + ["host", "model"].map { column in
                ColumnNote(
                    "summarisers", column, .workspaceConfiguration, for: [.provideService], on: .contract, kept: .accountData,
                    subject: nil, erasure: .keep)
            })
}
