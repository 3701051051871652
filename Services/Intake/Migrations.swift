import Access
import Erasure
import Policy
import SQLite

/// The tables of intake, each column with what it holds.
public enum IntakeMigrations {
    public static let all = [
        SecurityLog.migration, Tombstones.migration, workspaces, channels, members, accessFeed, inbox, quarantine, consents,
        forms, events, replies, billing
    ]

    static let workspaces = Migration(
        "workspaces",
        sql: """
            CREATE TABLE workspaces (
                id                TEXT PRIMARY KEY,
                name              TEXT NOT NULL,
                market            TEXT NOT NULL,
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
        columns: ColumnNote.plain("workspaces", "id", "opened_at", "terminated_at")
            + ColumnNote.plain("request_keys", "method", "answer")
            // Callers' own words and digests of what they asked for: a repeat is known by them, a person is not.
            + ["key", "fields"].map {
                ColumnNote(
                    "request_keys", $0, .security, for: [.maintainSecurity], on: .legitimateInterest, kept: .accountData, subject: nil,
                    erasure: .keep)
            }
            + ["name", "market"].map {
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
            + ColumnNote.plain("attestations", "channel", "text_version", "attested_at", "rights", "notices", "consents")
            + ColumnNote.plain("channel_authorizations", "channel", "app") + [
                ColumnNote(
                    "channel_credentials", "digest", .security, for: [.maintainSecurity], on: .legitimateInterest,
                    kept: .accountData, subject: nil, erasure: .keep),
                ColumnNote(
                    "channels", "business", .workspaceConfiguration, for: [.provideService, .complyWithObligation], on: .contract,
                    kept: .accountData, subject: nil, erasure: .keep),
                ColumnNote(
                    "channels", "account", .workspaceConfiguration, for: [.provideService, .complyWithObligation], on: .contract,
                    kept: .accountData, subject: nil, erasure: .keep),
                ColumnNote(
                    "attestations", "member", .account, for: [.complyWithObligation], on: .legalObligation, kept: .consents,
                    subject: "member", erasure: .keep)
            ]
            + ["user", "member"].map {
                ColumnNote(
                    "channel_authorizations", $0, .account, for: [.provideService, .complyWithObligation], on: .contract,
                    kept: .accountData, subject: "user", erasure: .deleteRow)
            })

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
        columns: ColumnNote.plain("inbox_keys", "day") + ColumnNote.plain("outbox", "sequence", "workspace", "channel") + [
            ColumnNote(
                "inbox_keys", "digest", .security, for: [.maintainSecurity], on: .legitimateInterest, kept: .deliveryKeys,
                subject: nil, erasure: .keep)
        ]
            + ["event", "received_at"].map {
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
        columns: ColumnNote.plain("quarantine", "id", "platform", "reason", "channel", "door", "received_at", "expires_at", "is_partial")
            + ColumnNote.plain("quarantine_names", "piece")
            // Kept so that it can still be delivered; who keeps the mesh safe sees its size and reason alone.
            + [("quarantine", "digest"), ("quarantine", "raw"), ("quarantine_names", "digest")].map {
                ColumnNote(
                    $0.0, $0.1, .communication, for: [.provideService, .complyWithObligation], on: .customerInstruction,
                    kept: .quarantine, subject: "raw", erasure: .deleteRow)
            })

    static let consents = Migration(
        "consents",
        sql: """
            CREATE TABLE consents (
                id             INTEGER PRIMARY KEY AUTOINCREMENT,
                workspace      TEXT REFERENCES workspaces (id),
                person         BLOB NOT NULL CHECK (length(person) = 16),
                purpose        TEXT NOT NULL,
                text_version   TEXT NOT NULL,
                policy_version TEXT NOT NULL,
                market         TEXT NOT NULL,
                evidence       TEXT NOT NULL CHECK (evidence IN ('checkbox', 'message', 'document', 'recording')),
                reference      TEXT,
                given_at       INTEGER NOT NULL,
                recorded_at    INTEGER NOT NULL,
                withdrawn_at   INTEGER
            ) STRICT;
            CREATE INDEX consents_by_person ON consents (person);
            """,
        columns: ColumnNote.plain("consents", "id", "workspace", "purpose", "recorded_at")
            // The proof outlives the person's erasure (GDPR Art. 17(3)(e)): who it was can only be told by whoever knows their name and
            // holds the key.
            + ["person", "text_version", "policy_version", "market", "evidence", "reference", "given_at", "withdrawn_at"].map {
                ColumnNote(
                    "consents", $0, .contact, for: [.complyWithObligation], on: .legalObligation, kept: .consents,
                    subject: "person", erasure: .keep)
            })

    static let forms = Migration(
        "forms",
        sql: """
            CREATE TABLE forms (
                id             INTEGER PRIMARY KEY AUTOINCREMENT,
                key            TEXT NOT NULL UNIQUE,
                fields         BLOB NOT NULL CHECK (length(fields) = 16),
                kind           TEXT NOT NULL CHECK (kind IN ('contact', 'demo', 'support', 'news')),
                basis          TEXT NOT NULL CHECK (basis IN ('contract', 'legitimateInterest', 'consent')),
                consent        INTEGER REFERENCES consents (id),
                name           TEXT NOT NULL,
                company        TEXT,
                email          TEXT NOT NULL COLLATE NOCASE,
                phone          TEXT,
                message        TEXT,
                market         TEXT NOT NULL,
                policy_version TEXT NOT NULL,
                submitted_at   INTEGER NOT NULL,
                closed_at      INTEGER,
                expires_at     INTEGER NOT NULL,
                CHECK ((basis = 'consent') = (consent IS NOT NULL)),
                CHECK (kind <> 'news' OR basis = 'consent')
            ) STRICT;
            CREATE INDEX forms_by_email ON forms (email);
            CREATE INDEX forms_by_phone ON forms (phone) WHERE phone IS NOT NULL;
            CREATE INDEX forms_by_consent ON forms (consent) WHERE consent IS NOT NULL;
            CREATE INDEX forms_by_expiry ON forms (expires_at);
            """,
        columns: ColumnNote.plain("forms", "id", "kind", "basis", "consent", "closed_at", "expires_at")
            + ["key", "fields"].map {
                ColumnNote(
                    "forms", $0, .security, for: [.maintainSecurity], on: .legitimateInterest, kept: .support, subject: "email",
                    erasure: .deleteRow)
            }
            // `basis` says each row's own. `support` is what is kept longest: the other kinds as `forms`.
            + [
                ("name", Category.contact), ("company", .company), ("email", .contact), ("phone", .contact), ("message", .support),
                ("market", .contact), ("policy_version", .contact), ("submitted_at", .contact)
            ].map { column, category in
                ColumnNote(
                    "forms", column, category, for: [.respondToRequest, .supportCustomer, .complyWithObligation], on: .legitimateInterest,
                    kept: .support, subject: "email", erasure: .deleteRow)
            })

    static let events = Migration(
        "usage, technical and security events",
        sql: """
            CREATE TABLE usage_events (
                id         INTEGER PRIMARY KEY,
                workspace  TEXT NOT NULL,
                kind       TEXT NOT NULL,
                at         INTEGER NOT NULL,
                member     TEXT,
                consent    INTEGER REFERENCES consents (id),
                expires_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX usage_events_by_member ON usage_events (member, workspace) WHERE member IS NOT NULL;
            CREATE INDEX usage_events_by_consent ON usage_events (consent) WHERE consent IS NOT NULL;
            CREATE INDEX usage_events_by_expiry ON usage_events (expires_at);
            CREATE TABLE technical_events (
                id         INTEGER PRIMARY KEY,
                workspace  TEXT NOT NULL,
                kind       TEXT NOT NULL CHECK (kind IN ('error', 'pageView', 'performance')),
                at         INTEGER NOT NULL,
                member     TEXT,
                address    TEXT,
                browser    TEXT,
                device     TEXT,
                expires_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX technical_events_by_member ON technical_events (member, workspace) WHERE member IS NOT NULL;
            CREATE INDEX technical_events_by_expiry ON technical_events (expires_at);
            CREATE TABLE security_events (
                id         INTEGER PRIMARY KEY,
                workspace  TEXT NOT NULL,
                kind       TEXT NOT NULL CHECK (kind IN ('signIn', 'signInFailed', 'tokenRefused', 'requestRefused')),
                at         INTEGER NOT NULL,
                member     TEXT,
                address    TEXT,
                browser    TEXT,
                device     TEXT,
                expires_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX security_events_by_member ON security_events (member, workspace) WHERE member IS NOT NULL;
            CREATE INDEX security_events_by_expiry ON security_events (expires_at);
            CREATE TABLE event_counts (
                workspace TEXT NOT NULL,
                day       INTEGER NOT NULL,
                category  TEXT NOT NULL CHECK (category IN ('usage', 'technical', 'security')),
                kind      TEXT NOT NULL,
                count     INTEGER NOT NULL,
                PRIMARY KEY (day, workspace, category, kind)
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("usage_events", "id", "workspace", "consent", "expires_at")
            + ColumnNote.plain("technical_events", "id", "workspace", "expires_at")
            + ColumnNote.plain("security_events", "id", "workspace", "expires_at")
            // Numbers over many, about nobody.
            + ColumnNote.plain("event_counts", "workspace", "day", "category", "kind", "count")
            + ["kind", "at", "member"].map {
                ColumnNote(
                    "usage_events", $0, .usage, for: [.provideService, .improveProduct], on: .contract, kept: .usage, subject: "member",
                    erasure: .deleteRow)
            }
            + [("technical_events", Category.technical, Retention.technical), ("security_events", .security, .security)].flatMap {
                table, category, retention in
                ["kind", "at", "member", "address", "browser", "device"].map {
                    ColumnNote(
                        table, $0, category, for: [.maintainSecurity, .improveProduct], on: .legitimateInterest, kept: retention,
                        subject: "member", erasure: .deleteRow)
                }
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
        columns: ColumnNote.plain("reply_turns", "workspace", "turn", "expires_at") + [
            ColumnNote(
                "reply_turns", "conversation", .communication, for: [.provideService], on: .customerInstruction, kept: .handoffContext,
                subject: "conversation.participant", erasure: .deleteRow)
        ])
}
