import Access
import Erasure
import Policy
import SQLite

/// The tables of intake, each column with what it holds.
public enum IntakeMigrations {
    public static let all = [
        SecurityLog.migration, Tombstones.migration, workspaces, channels, members, accessFeed, inbox, quarantine, consents,
        forms, events, replies, billing, integrations, DisclosureOutbox.migration
    ]

    static let workspaces = Migration(
        "workspaces",
        sql: """
            CREATE TABLE workspaces (
                id                TEXT PRIMARY KEY,
                name              TEXT NOT NULL,
                market            TEXT NOT NULL CHECK (market = 'international' OR market GLOB '[A-Z][A-Z]'),
                policy_version    TEXT NOT NULL,
                agreement_version TEXT NOT NULL,
                instructions      BLOB NOT NULL,
                opened_at         INTEGER NOT NULL,
                terminated_at     INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE request_keys (
                method TEXT NOT NULL,
                key    TEXT NOT NULL,
                fields BLOB NOT NULL CHECK (length(fields) = 16),
                answer TEXT NOT NULL,
                PRIMARY KEY (method, key)
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("workspaces", "id") + ColumnNote.plain("request_keys", "method")
            // Callers' own words, digests of what they asked for and the number that they got: a repeat is known by them, a person is not.
            + ["key", "fields", "answer"].map {
                ColumnNote(
                    "request_keys", $0, .security, for: [.maintainSecurity], on: .legitimateInterest, kept: .accountData, subject: nil,
                    erasure: .keep)
            }
            + ["name", "market", "opened_at", "terminated_at"].map {
                ColumnNote(
                    "workspaces", $0, .account, for: [.provideService, .complyWithObligation], on: .contract, kept: .accountData,
                    subject: nil, erasure: .keep)
            }
            + ["policy_version", "agreement_version"].map {
                ColumnNote(
                    "workspaces", $0, .account, for: [.complyWithObligation], on: .legalObligation, kept: .consents,
                    subject: nil,
                    erasure: .keep)
            } + [
                ColumnNote(
                    "workspaces", "instructions", .workspaceConfiguration, for: [.provideService, .complyWithObligation], on: .contract,
                    kept: .accountData, subject: nil, erasure: .keep)
            ])

    /// Which customer it is; no person can be found by it.
    static let billing = Migration(
        "billing",
        sql: """
            CREATE TABLE billing (
                workspace       TEXT PRIMARY KEY REFERENCES workspaces (id),
                customer_number TEXT,
                vat_id          TEXT,
                payer           TEXT,
                set_at          INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("billing", "workspace", "set_at")
            + ["customer_number", "vat_id", "payer"].map {
                ColumnNote(
                    "billing", $0, .billing, for: [.processPayment, .complyWithObligation], on: .contract, kept: .billing, subject: nil,
                    erasure: .keep)
            })

    static let channels = Migration(
        "channels",
        sql: """
            CREATE TABLE channels (
                id           TEXT PRIMARY KEY,
                workspace    TEXT NOT NULL REFERENCES workspaces (id),
                platform     TEXT NOT NULL CHECK (platform IN ('instagram', 'whatsapp')),
                account      TEXT NOT NULL CHECK (account <> ''),
                business     TEXT,
                connected_at INTEGER NOT NULL,
                ended_at     INTEGER,
                erasure_due_at INTEGER  -- of all that came by the channel, unless its account is connected again
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX channels_live ON channels (platform, account) WHERE ended_at IS NULL;
            CREATE INDEX channels_by_workspace ON channels (workspace);
            CREATE TABLE channel_features (
                channel TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
                feature TEXT NOT NULL CHECK (feature IN ('comments', 'insights', 'history')),
                PRIMARY KEY (channel, feature)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE channel_credentials (
                channel TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
                header  TEXT NOT NULL,
                digest  BLOB NOT NULL CHECK (length(digest) = 16),
                PRIMARY KEY (channel, digest)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE attestations (
                channel      TEXT PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
                member       TEXT NOT NULL,
                text_version TEXT NOT NULL,
                attested_at  INTEGER NOT NULL,
                rights       INTEGER NOT NULL CHECK (rights = 1),
                notices      INTEGER NOT NULL CHECK (notices = 1),
                consents     INTEGER NOT NULL CHECK (consents = 1)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE channel_authorizations (
                channel TEXT PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
                app     TEXT NOT NULL,
                user    TEXT NOT NULL,
                member  TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX channel_authorizations_by_user ON channel_authorizations (user, app);
            """,
        columns: ColumnNote.plain("channels", "id", "workspace", "platform", "connected_at", "ended_at", "erasure_due_at")
            + ColumnNote.plain("channel_features", "channel", "feature")
            + ColumnNote.plain("channel_credentials", "channel", "header")
            + ColumnNote.plain("attestations", "channel") + ColumnNote.plain("channel_authorizations", "channel") + [
                ColumnNote(
                    "channel_credentials", "digest", .security, for: [.maintainSecurity], on: .legitimateInterest,
                    kept: .accountData, subject: nil, erasure: .keep),
                ColumnNote(
                    "channels", "business", .workspaceConfiguration, for: [.provideService, .complyWithObligation], on: .contract,
                    kept: .accountData, subject: nil, erasure: .keep),
                ColumnNote(
                    "channels", "account", .workspaceConfiguration, for: [.provideService, .complyWithObligation], on: .contract,
                    kept: .accountData, subject: nil, erasure: .keep)
            ]
            + attested("attestations")
            + ["app", "user", "member"].map {
                ColumnNote(
                    "channel_authorizations", $0, .account, for: [.provideService, .complyWithObligation], on: .contract,
                    kept: .accountData, subject: "user", erasure: .deleteRow)
            })

    static let integrations = Migration(
        "integrations",
        sql: """
            CREATE TABLE integrations (
                id           TEXT PRIMARY KEY,
                workspace    TEXT NOT NULL REFERENCES workspaces (id),
                kind         TEXT NOT NULL CHECK (kind IN ('crm', 'customerDatabase')),
                name         TEXT NOT NULL,
                terms        TEXT NOT NULL,
                connected_at INTEGER NOT NULL,
                ended_at     INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX integrations_by_workspace ON integrations (workspace);
            CREATE TABLE integration_uses (
                integration TEXT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
                category    TEXT NOT NULL,
                purpose     TEXT NOT NULL,
                PRIMARY KEY (integration, category, purpose)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE integration_secrets (
                integration TEXT PRIMARY KEY REFERENCES integrations (id) ON DELETE CASCADE,
                secret      BLOB NOT NULL  -- sealed: the key lies in the key folder
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE integration_attestations (
                integration  TEXT PRIMARY KEY REFERENCES integrations (id) ON DELETE CASCADE,
                member       TEXT NOT NULL,
                text_version TEXT NOT NULL,
                attested_at  INTEGER NOT NULL,
                rights       INTEGER NOT NULL CHECK (rights = 1),
                notices      INTEGER NOT NULL CHECK (notices = 1),
                consents     INTEGER NOT NULL CHECK (consents = 1)
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("integrations", "id", "workspace", "connected_at", "ended_at")
            + ColumnNote.plain("integration_uses", "integration") + ColumnNote.plain("integration_secrets", "integration")
            + ColumnNote.plain("integration_attestations", "integration") + [
                ColumnNote(
                    "integration_secrets", "secret", .security, for: [.maintainSecurity], on: .legitimateInterest, kept: .accountData,
                    subject: nil, erasure: .keep)
            ]
            + attested("integration_attestations")
            + [
                ("integrations", "kind"), ("integrations", "name"), ("integrations", "terms"), ("integration_uses", "category"),
                ("integration_uses", "purpose")
            ].map {
                ColumnNote(
                    $0.0, $0.1, .workspaceConfiguration, for: [.provideService, .complyWithObligation], on: .contract,
                    kept: .accountData, subject: nil, erasure: .keep)
            })

    /// Who answered for the customer's rights, when and with which words: proof, and so kept beyond the member.
    private static func attested(_ table: String) -> [ColumnNote] {
        ["member", "text_version", "attested_at", "rights", "notices", "consents"].map {
            ColumnNote(
                table, $0, .account, for: [.complyWithObligation], on: .legalObligation, kept: .consents, subject: "member", erasure: .keep)
        }
    }

    static let members = Migration(
        "members and programs",
        sql: """
            CREATE TABLE members (
                id         TEXT PRIMARY KEY,
                workspace  TEXT REFERENCES workspaces (id),
                role       TEXT NOT NULL,
                generation INTEGER NOT NULL CHECK (generation > 0),
                added_at   INTEGER NOT NULL,
                removed_at INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX members_by_workspace ON members (workspace);
            CREATE TABLE programs (
                name      TEXT PRIMARY KEY,
                kind      TEXT NOT NULL CHECK (kind IN ('gateway', 'connector', 'assistant')),
                workspace TEXT REFERENCES workspaces (id),
                added_at  INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("programs", "name", "kind", "workspace", "added_at")
            // A member is a number here: name and address stay with whoever signs them in.
            + ["id", "workspace", "role", "generation", "added_at", "removed_at"].map {
                ColumnNote(
                    "members", $0, .account, for: [.provideService, .maintainSecurity], on: .contract, kept: .accountData,
                    subject: "member", erasure: .keep)
            })

    static let accessFeed = Migration(
        "access feed",
        sql: """
            CREATE TABLE access_feed (
                sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                subject  TEXT NOT NULL UNIQUE,
                fact     BLOB NOT NULL
            ) STRICT;
            CREATE TABLE feed_epoch (
                id    INTEGER PRIMARY KEY CHECK (id = 1),
                epoch TEXT NOT NULL
            ) STRICT;
            """,
        columns: ColumnNote.plain("access_feed", "sequence") + ColumnNote.plain("feed_epoch", "id", "epoch")
            + ["subject", "fact"].map {
                ColumnNote(
                    "access_feed", $0, .workspaceConfiguration, for: [.provideService, .maintainSecurity], on: .contract,
                    kept: .accountData, subject: nil, erasure: .keep)
            })

    static let inbox = Migration(
        "inbox and outbox",
        sql: """
            CREATE TABLE inbox_keys (
                day    INTEGER NOT NULL,
                digest BLOB NOT NULL CHECK (length(digest) = 16),
                PRIMARY KEY (day, digest)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE outbox (
                sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
                workspace   TEXT NOT NULL,
                channel     TEXT NOT NULL REFERENCES channels (id),
                event       TEXT NOT NULL,
                received_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX outbox_by_channel ON outbox (channel, sequence);
            """,
        columns: ColumnNote.plain("inbox_keys", "day") + ColumnNote.plain("outbox", "sequence", "workspace") + [
            ColumnNote(
                "inbox_keys", "digest", .security, for: [.maintainSecurity], on: .legitimateInterest, kept: .deliveryKeys,
                subject: nil, erasure: .keep)
        ]
            + ["channel", "event", "received_at"].map {
                ColumnNote(
                    "outbox", $0, .communication, for: [.provideService], on: .customerInstruction, kept: .outbox,
                    subject: "event.participant", erasure: .deleteRow)
            })

    static let quarantine = Migration(
        "quarantine",
        sql: """
            CREATE TABLE quarantine (
                id          INTEGER PRIMARY KEY AUTOINCREMENT,
                platform    TEXT NOT NULL CHECK (platform IN ('instagram', 'whatsapp')),
                reason      TEXT NOT NULL CHECK (reason IN ('unknownChannel', 'unreadable', 'unsupported', 'refused')),
                channel     TEXT,     -- whose it is
                door        TEXT,     -- the channel by whose own door it came
                digest      BLOB NOT NULL UNIQUE CHECK (length(digest) = 16),
                received_at INTEGER NOT NULL,
                expires_at  INTEGER NOT NULL,
                is_partial  INTEGER NOT NULL CHECK (is_partial IN (0, 1)),  -- not all names are indexed
                raw         BLOB NOT NULL  -- as the platform could have posted it; of what was refused, the event
            ) STRICT;
            CREATE INDEX quarantine_refused ON quarantine (id) WHERE reason = 'refused';
            CREATE TABLE quarantine_names (
                digest BLOB NOT NULL CHECK (length(digest) = 16),
                piece  INTEGER NOT NULL REFERENCES quarantine (id) ON DELETE CASCADE,
                PRIMARY KEY (digest, piece)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX quarantine_names_by_piece ON quarantine_names (piece);
            CREATE INDEX quarantine_by_expiry ON quarantine (expires_at);
            """,
        columns: ColumnNote.plain("quarantine", "id", "reason", "expires_at", "is_partial")
            + ColumnNote.plain("quarantine_names", "piece")
            // Kept so that it can still be delivered; who keeps the mesh safe sees its size and reason alone.
            + [
                ("quarantine", "platform"), ("quarantine", "channel"), ("quarantine", "door"), ("quarantine", "digest"),
                ("quarantine", "received_at"), ("quarantine", "raw"), ("quarantine_names", "digest")
            ].map {
                ColumnNote(
                    $0.0, $0.1, .communication, for: [.provideService, .complyWithObligation], on: .customerInstruction,
                    kept: .quarantine, subject: "raw", erasure: .deleteRow)
            })

    /// Under which lease a conversation was answered last, until every earlier lease has ended.
    static let replies = Migration(
        "reply turns",
        sql: """
            CREATE TABLE reply_turns (
                conversation INTEGER PRIMARY KEY,
                workspace    TEXT NOT NULL,
                turn         INTEGER NOT NULL,
                expires_at   INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX reply_turns_by_expiry ON reply_turns (expires_at);
            """,
        columns: ColumnNote.plain("reply_turns", "workspace")
            + ["conversation", "turn", "expires_at"].map {
                ColumnNote(
                    "reply_turns", $0, .communication, for: [.provideService], on: .customerInstruction, kept: .handoffContext,
                    subject: "conversation.participant", erasure: .deleteRow)
            })
}
