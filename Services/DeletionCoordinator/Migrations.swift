import Access
import Erasure
import Policy
import SQLite

/// The schema of deletion-coordinator's file, and what each of its columns is kept for.
public enum DeletionCoordinatorMigrations {
    public static let all =
        AccessFollower.migrations
        + [Tombstones.migration, deletions, disclosures, subprocessors, holds, retention, notices, backups]

    /// Names of people stand in `subjects` alone, sealed; a closed request has no row there. `subject_digest` is the one by which a later
    /// request joins a deletion: it is null from the moment that erasing begins, so that who asks then gets a deletion of their own.
    private static let deletions = Migration(
        "deletions",
        sql: """
            CREATE TABLE deletions (
                id              INTEGER PRIMARY KEY AUTOINCREMENT,
                kind            TEXT NOT NULL CHECK (kind IN ('person', 'forms', 'member', 'workspace', 'connection')),
                source          TEXT NOT NULL CHECK (source IN ('customer', 'officer', 'termination', 'callback', 'page')),
                proof           TEXT CHECK (proof IN ('memberToken', 'officerRecord', 'signedCallback', 'codeInChat')),
                workspace       TEXT,
                subject_digest  BLOB CHECK (length(subject_digest) = 32),
                policy_version  TEXT NOT NULL,
                received_at     INTEGER NOT NULL,
                acknowledged_at INTEGER,
                is_approved     INTEGER NOT NULL CHECK (is_approved IN (0, 1)),
                window_ms       INTEGER NOT NULL CHECK (window_ms >= 0),
                decide_by       INTEGER,
                scheduled_for   INTEGER,
                ground          TEXT,
                contact         TEXT,
                step            TEXT NOT NULL,
                leg             INTEGER NOT NULL DEFAULT 0,
                round           INTEGER NOT NULL DEFAULT 0,
                is_covered      INTEGER NOT NULL DEFAULT 0,
                found           INTEGER,
                cutoff          INTEGER,
                failed_attempts INTEGER NOT NULL DEFAULT 0,
                setbacks        INTEGER NOT NULL DEFAULT 0,
                kept_in         TEXT NOT NULL DEFAULT '',  -- holders, with blanks between
                kept_until      INTEGER,
                erased_in       TEXT NOT NULL DEFAULT '',
                next_at         INTEGER,  -- null: it has ended
                verified_at     INTEGER,
                completed_at    INTEGER
            ) STRICT;
            CREATE UNIQUE INDEX deletions_open_by_subject ON deletions (subject_digest) WHERE subject_digest IS NOT NULL;
            CREATE INDEX deletions_open ON deletions (next_at) WHERE next_at IS NOT NULL;
            CREATE TABLE subjects (
                deletion INTEGER PRIMARY KEY REFERENCES deletions (id) ON DELETE CASCADE,
                subject  BLOB NOT NULL
            ) STRICT;
            CREATE TABLE requests (
                key          TEXT NOT NULL,
                digest       BLOB NOT NULL,
                code_digest  BLOB NOT NULL,
                chat_digest  BLOB UNIQUE,  -- of the code that whoever asks is to send in their chat
                deletion     INTEGER NOT NULL REFERENCES deletions (id) ON DELETE CASCADE,
                requested_at INTEGER NOT NULL,
                PRIMARY KEY (key, deletion)  -- several where a person is erased everywhere
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX requests_by_code ON requests (code_digest);
            CREATE TABLE receipts (
                deletion INTEGER NOT NULL REFERENCES deletions (id) ON DELETE CASCADE,
                leg      INTEGER NOT NULL,
                receipt  BLOB NOT NULL,
                PRIMARY KEY (deletion, leg)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE proofs (
                deletion INTEGER NOT NULL REFERENCES deletions (id) ON DELETE CASCADE,
                leg      INTEGER NOT NULL,
                proof    BLOB NOT NULL,
                PRIMARY KEY (deletion, leg)
            ) STRICT, WITHOUT ROWID;
            """,
        columns: [
            ColumnNote(
                "deletions", "subject_digest", .profile, for: [.complyWithObligation], on: .legalObligation,
                kept: .requestIdentifiers, subject: "deletion", erasure: .clearColumn),
            ColumnNote(
                "subjects", "subject", .profile, for: [.complyWithObligation], on: .legalObligation, kept: .requestIdentifiers,
                subject: "deletion", erasure: .deleteRow)
        ]
            // The caller's own word, which must not name a person (RequestKey), and keyed digests: a repeat and a status page are known by
            // them, a person is not.
            + ["key", "digest", "code_digest", "chat_digest", "requested_at"].map { record("requests", $0, about: nil, erasure: .keep) }
            // That somebody asked and what became of it: a person's for as long as `subjects` says whose.
            + [
                "kind", "source", "proof", "received_at", "acknowledged_at", "decide_by", "scheduled_for", "ground", "contact", "found",
                "cutoff", "verified_at", "completed_at"
            ].map {
                record("deletions", $0, about: "deletion", erasure: .keep)
            } + [
                record("receipts", "receipt", about: "deletion", erasure: .keep),
                record("proofs", "proof", about: "deletion", erasure: .keep)
            ]
            // How far the work is.
            + ColumnNote.plain(
                "deletions", "id", "workspace", "policy_version", "is_approved", "window_ms", "step", "leg", "round", "is_covered",
                "failed_attempts", "setbacks", "kept_in", "kept_until", "erased_in", "next_at")
            + ColumnNote.plain("subjects", "deletion") + ColumnNote.plain("requests", "deletion")
            + ColumnNote.plain("receipts", "deletion", "leg") + ColumnNote.plain("proofs", "deletion", "leg"))

    private static let disclosures = Migration(
        "disclosures",
        sql: """
            CREATE TABLE disclosures (
                id             INTEGER PRIMARY KEY AUTOINCREMENT,
                key            TEXT NOT NULL UNIQUE,
                digest         BLOB NOT NULL CHECK (length(digest) = 32),  -- of all that was told
                recipient_kind TEXT NOT NULL CHECK (recipient_kind IN ('support', 'assistant', 'subprocessor', 'person', 'customer', 'operator')),
                recipient      TEXT NOT NULL,
                categories     TEXT NOT NULL,                              -- with blanks between
                items          INTEGER NOT NULL,
                purpose        TEXT NOT NULL,
                workspace      TEXT,
                subject        BLOB CHECK (length(subject) = 16),          -- as their tombstone would have it
                role           TEXT,
                happened_at    INTEGER NOT NULL,
                recorded_at    INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX disclosures_by_workspace ON disclosures (workspace);
            CREATE INDEX disclosures_by_subject ON disclosures (subject) WHERE subject IS NOT NULL;
            CREATE INDEX disclosures_by_age ON disclosures (recorded_at);
            """,
        columns: ColumnNote.plain("disclosures", "id") + [record("disclosures", "subject", about: "subject", erasure: .clearColumn)]
            + [
                "key", "digest", "recipient_kind", "recipient", "categories", "items", "purpose", "workspace", "role", "happened_at",
                "recorded_at"
            ].map { record("disclosures", $0, about: nil, erasure: .keep) })

    /// Of companies, as they publish it themselves: nothing of a person.
    private static let subprocessors = Migration(
        "subprocessors",
        sql: """
            CREATE TABLE subprocessors (
                name            TEXT PRIMARY KEY,
                kind            TEXT NOT NULL
                    CHECK (kind IN ('infrastructure', 'payment', 'analytics', 'messaging', 'crm', 'communication', 'ai')),
                country         TEXT NOT NULL CHECK (length(country) = 2),
                transfer        TEXT NOT NULL
                    CHECK (transfer IN ('none', 'adequacyDecision', 'standardClauses', 'bindingRules', 'derogation')),
                terms           TEXT NOT NULL,
                erasure_channel TEXT NOT NULL,
                is_ended        INTEGER NOT NULL CHECK (is_ended IN (0, 1)),
                version         INTEGER NOT NULL UNIQUE,
                changed_at      INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE subprocessor_uses (
                subprocessor TEXT NOT NULL REFERENCES subprocessors (name) ON DELETE CASCADE,
                category     TEXT NOT NULL,
                purpose      TEXT NOT NULL,
                PRIMARY KEY (subprocessor, category, purpose)
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain(
            "subprocessors", "name", "kind", "country", "transfer", "terms", "erasure_channel", "is_ended", "version", "changed_at")
            + ColumnNote.plain("subprocessor_uses", "subprocessor", "category", "purpose"))

    /// A hold names its person, sealed, while it stands.
    private static let holds = Migration(
        "holds",
        sql: """
            CREATE TABLE holds (
                id        INTEGER PRIMARY KEY AUTOINCREMENT,
                key       TEXT NOT NULL UNIQUE,
                digest    BLOB NOT NULL CHECK (length(digest) = 32),  -- of all that was asked for
                target    TEXT NOT NULL CHECK (target IN ('person', 'workspace', 'deletion')),
                workspace TEXT,
                deletion  INTEGER,
                subject   BLOB,
                ground    TEXT NOT NULL,
                reference TEXT,
                scope     TEXT NOT NULL,  -- with blanks between
                placed_at INTEGER NOT NULL,
                ends_at   INTEGER,
                lifted_at INTEGER
            ) STRICT;
            CREATE INDEX holds_standing ON holds (workspace) WHERE lifted_at IS NULL;
            """,
        columns: [
            ColumnNote(
                "holds", "subject", .profile, for: [.complyWithObligation], on: .legalObligation, kept: .requestIdentifiers,
                subject: "holds", erasure: .clearColumn)
        ]
            + ["key", "digest", "reference"].map { record("holds", $0, about: nil, erasure: .keep) }
            + ["target", "ground", "scope", "placed_at", "ends_at", "lifted_at"].map { record("holds", $0, about: "holds", erasure: .keep) }
            + ColumnNote.plain("holds", "id", "workspace", "deletion"))

    /// Who asked and left an address is written to there; the address is sealed, and gone once they are answered.
    private static let notices = Migration(
        "notices",
        sql: """
            ALTER TABLE deletions ADD COLUMN extended_ms INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE deletions ADD COLUMN extension_ground TEXT;
            CREATE TABLE correspondents (
                request  TEXT PRIMARY KEY,
                deletion INTEGER NOT NULL,  -- the first of the request's
                address  BLOB NOT NULL,
                FOREIGN KEY (request, deletion) REFERENCES requests (key, deletion) ON DELETE CASCADE
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX correspondents_by_request ON correspondents (request, deletion);
            CREATE TABLE notices (
                request    TEXT NOT NULL,
                deletion   INTEGER NOT NULL,
                kind       TEXT NOT NULL CHECK (kind IN ('acknowledgement', 'extension', 'answer')),
                file       TEXT NOT NULL,
                written_at INTEGER NOT NULL,
                sent_at    INTEGER,
                PRIMARY KEY (request, kind),
                FOREIGN KEY (request, deletion) REFERENCES requests (key, deletion) ON DELETE CASCADE
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX notices_by_request ON notices (request, deletion);
            """,
        columns: [
            ColumnNote(
                "correspondents", "address", .contact, for: [.complyWithObligation], on: .legalObligation, kept: .requestIdentifiers,
                subject: "correspondents", erasure: .deleteRow)
        ]
            + ["extended_ms", "extension_ground"].map { record("deletions", $0, about: "deletion", erasure: .keep) }
            + ["kind", "file", "written_at", "sent_at"].map { record("notices", $0, about: "deletion", erasure: .keep) }
            + [record("notices", "request", about: nil, erasure: .keep), record("correspondents", "request", about: nil, erasure: .keep)]
            + ColumnNote.plain("notices", "deletion") + ColumnNote.plain("correspondents", "deletion"))

    private static let backups = Migration(
        "backups",
        sql: """
            CREATE TABLE backups (
                made_at    INTEGER PRIMARY KEY,
                expires_at INTEGER NOT NULL CHECK (expires_at > made_at)
            ) STRICT;
            """,
        columns: ColumnNote.plain("backups", "made_at", "expires_at"))

    /// What workspaces chose, and what was done by it: numbers, of nobody.
    private static let retention = Migration(
        "retention",
        sql: """
            CREATE TABLE retention_rules (
                workspace TEXT NOT NULL,
                rule      TEXT NOT NULL,
                days      INTEGER NOT NULL CHECK (days > 0),
                set_at    INTEGER NOT NULL,
                PRIMARY KEY (workspace, rule)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE retention_runs (
                id           INTEGER PRIMARY KEY AUTOINCREMENT,
                started_at   INTEGER NOT NULL,
                ended_at     INTEGER,  -- null: it is under way, or was cut off
                is_scheduled INTEGER NOT NULL CHECK (is_scheduled IN (0, 1))
            ) STRICT;
            CREATE TABLE retention_results (
                id        INTEGER PRIMARY KEY,
                run       INTEGER NOT NULL REFERENCES retention_runs ON DELETE CASCADE,
                workspace TEXT,  -- null: all that have no length of their own
                result    BLOB NOT NULL
            ) STRICT;
            CREATE INDEX retention_results_by_run ON retention_results (run);
            """,
        columns: ["workspace", "rule", "days", "set_at"].map {
            ColumnNote(
                "retention_rules", $0, .workspaceConfiguration, for: [.provideService, .complyWithObligation], on: .contract,
                kept: .accountData, subject: nil, erasure: .keep)
        }
            + ["started_at", "ended_at", "is_scheduled"].map { record("retention_runs", $0, about: nil, erasure: .keep) }
            + ["workspace", "result"].map { record("retention_results", $0, about: nil, erasure: .keep) }
            + ColumnNote.plain("retention_runs", "id") + ColumnNote.plain("retention_results", "id", "run"))

    /// Of what was asked, done and shown.
    private static func record(_ table: String, _ column: String, about subject: String?, erasure: ErasureEffect) -> ColumnNote {
        ColumnNote(
            table, column, .security, for: [.complyWithObligation], on: .legalObligation, kept: .requestRecords, subject: subject,
            erasure: erasure)
    }
}
