import Policy
import SQLite

/// The tables of what Botseller answers for itself, and not for a customer: consents, forms, usage and technical events.
extension IntakeMigrations {
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
                market         TEXT NOT NULL CHECK (market = 'international' OR market GLOB '[A-Z][A-Z]'),
                evidence       TEXT NOT NULL CHECK (evidence IN ('checkbox', 'message', 'document', 'recording')),
                reference      TEXT,
                given_at       INTEGER NOT NULL,
                recorded_at    INTEGER NOT NULL,
                withdrawn_at   INTEGER
            ) STRICT;
            CREATE INDEX consents_by_person ON consents (person);
            """,
        columns: ColumnNote.plain("consents", "id", "workspace")
            // The proof outlives the person's erasure (GDPR Art. 17(3)(e)): who it was can only be told by whoever knows their name and
            // holds the key.
            + [
                "person", "purpose", "text_version", "policy_version", "market", "evidence", "reference", "given_at", "recorded_at",
                "withdrawn_at"
            ].map {
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
                market         TEXT NOT NULL CHECK (market = 'international' OR market GLOB '[A-Z][A-Z]'),
                policy_version    TEXT NOT NULL,
                agreement_version TEXT NOT NULL,
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
        columns: ColumnNote.plain("forms", "id", "consent", "expires_at")
            + ["key", "fields"].map {
                ColumnNote(
                    "forms", $0, .security, for: [.maintainSecurity], on: .legitimateInterest, kept: .forms, or: [.support],
                    subject: "email", erasure: .deleteRow)
            }
            // `basis` says each row's own, and `kind` which of the two rules it follows.
            + [
                ("name", Category.contact), ("company", .company), ("email", .contact), ("phone", .contact), ("message", .support),
                ("kind", .contact), ("basis", .contact), ("closed_at", .contact), ("market", .contact), ("policy_version", .contact),
                ("agreement_version", .contact), ("submitted_at", .contact)
            ].map { column, category in
                ColumnNote(
                    "forms", column, category, for: [.respondToRequest, .supportCustomer, .complyWithObligation], on: .legitimateInterest,
                    kept: .forms, or: [.support], subject: "email", erasure: .deleteRow)
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
                    "usage_events", $0, .usage, for: [.provideService, .improveProduct, .complyWithObligation], on: .contract, kept: .usage,
                    subject: "member",
                    erasure: .deleteRow)
            }
            + [("technical_events", Category.technical, Retention.technical), ("security_events", .security, .security)].flatMap {
                table, category, retention in
                ["kind", "at", "member", "address", "browser", "device"].map {
                    ColumnNote(
                        table, $0, category, for: [.maintainSecurity, .improveProduct, .complyWithObligation], on: .legitimateInterest,
                        kept: retention,
                        subject: "member", erasure: .deleteRow)
                }
            })
}
