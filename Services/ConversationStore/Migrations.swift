import Access
import Erasure
import Policy
import SQLite

/// The schema of conversation-store.
///
/// A message's number is its place in the order of arrival, and so in the feed: a new message needs no feed row beside it. Numbers of
/// messages and of `changes` come from one line. AUTOINCREMENT can't count for two tables; what it promises (no number twice) is kept by
/// `feed.floor`, which rises with every deleted row.
public enum ConversationStoreMigrations {
    public static let all =
        AccessFollower.migrations + [
            Tombstones.migration, DisclosureOutbox.migration, people, profiles, insights, conversations, keys, notices, feed
        ]

    private static let people = Migration(
        "participants",
        sql: """
            CREATE TABLE participants (
                id            INTEGER PRIMARY KEY AUTOINCREMENT,
                workspace     TEXT NOT NULL,
                name          TEXT,
                name_at       INTEGER,
                first_seen_at INTEGER NOT NULL,
                marketing_at  INTEGER,  -- of their last word on marketing
                objects_since INTEGER   -- to marketing; nothing while they don't
            ) STRICT;
            CREATE TABLE aliases (
                workspace   TEXT NOT NULL,
                platform    TEXT NOT NULL,
                kind        TEXT NOT NULL,
                value       TEXT NOT NULL,
                participant INTEGER NOT NULL REFERENCES participants ON DELETE CASCADE,
                PRIMARY KEY (workspace, platform, kind, value)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX aliases_by_participant ON aliases (participant);
            CREATE TABLE lineages (
                participant INTEGER NOT NULL REFERENCES participants ON DELETE CASCADE,
                former      INTEGER NOT NULL REFERENCES participants ON DELETE CASCADE,
                PRIMARY KEY (participant, former)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX lineages_by_former ON lineages (former);
            """,
        columns: ColumnNote.plain("participants", "id", "workspace") + ColumnNote.plain("aliases", "workspace", "participant")
            + ColumnNote.plain("lineages", "participant") + [person("lineages", "former", .profile, "participant")]
            + ["name", "name_at", "first_seen_at", "marketing_at", "objects_since"].map { person("participants", $0, .profile, "id") }
            + ["platform", "kind", "value"].map { person("aliases", $0, .profile, "participant") })

    private static let profiles = Migration(
        "profiles",
        sql: """
            CREATE TABLE profiles (
                participant INTEGER PRIMARY KEY REFERENCES participants ON DELETE CASCADE,
                picture_url TEXT,
                followers   INTEGER,
                fetched_at  INTEGER NOT NULL
            ) STRICT;
            """,
        columns: ColumnNote.plain("profiles", "participant")
            + ["picture_url", "followers", "fetched_at"].map { person("profiles", $0, .profile, "participant") })

    /// Numbers about accounts and media: of many people, and of none.
    private static let insights = Migration(
        "insights",
        sql: """
            CREATE TABLE insights (
                workspace TEXT NOT NULL,
                channel   TEXT NOT NULL,
                since     INTEGER NOT NULL,
                metric    TEXT NOT NULL,
                media     TEXT NOT NULL,  -- empty for the account
                until     INTEGER NOT NULL,
                value     INTEGER NOT NULL,
                PRIMARY KEY (workspace, channel, since, metric, media, until)
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("insights", "workspace", "channel")
            + ["since", "metric", "media", "until", "value"].map {
                ColumnNote(
                    "insights", $0, .insights, for: [.provideService, .complyWithObligation], on: .customerInstruction,
                    kept: .messengerData, subject: nil, erasure: .keep)
            })

    /// `listed` follows a conversation's last message at a distance (`ActivityList`): an exact one would move two rows with every message.
    ///
    /// A message is known by the digest of the platform's id and the time that the platform gave it: a repeat has both. In the order of
    /// time new entries stand side by side, and a batch changes few pages.
    ///
    /// What happened in a conversation beside messages (an edit, a reaction, a comment) is a row here too: it came in the same order.
    ///
    /// Small columns first: the feed and the list read them without touching the pages of a long text.
    private static let conversations = Migration(
        "conversations",
        sql: """
            CREATE TABLE conversations (
                id           INTEGER PRIMARY KEY AUTOINCREMENT,
                workspace    TEXT NOT NULL,
                channel      TEXT NOT NULL,
                participant  INTEGER NOT NULL REFERENCES participants ON DELETE CASCADE,
                listed       INTEGER,
                UNIQUE (participant, channel)
            ) STRICT;
            CREATE INDEX conversations_by_activity ON conversations (workspace, listed) WHERE listed IS NOT NULL;
            CREATE TABLE messages (
                id             INTEGER PRIMARY KEY,
                conversation   INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
                kind           INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 12),   -- ChannelEvent.Kind.code
                author         INTEGER NOT NULL CHECK (author BETWEEN 0 AND 3),  -- participant, business, assistant, agent
                origin         INTEGER CHECK (origin BETWEEN 0 AND 2),           -- standby, history, group
                sent_at        INTEGER NOT NULL,
                received_at    INTEGER NOT NULL,
                status         INTEGER CHECK (status BETWEEN 0 AND 4),           -- sent, failed, delivered, read, played
                erasure_pepper INTEGER NOT NULL,
                erasure_digest BLOB NOT NULL CHECK (length(erasure_digest) = 16),
                target         BLOB CHECK (length(target) = 16),                 -- the message that this is about
                type           TEXT NOT NULL,
                text           TEXT,
                details        BLOB,
                raw            BLOB
            ) STRICT;
            CREATE INDEX messages_by_conversation ON messages (conversation);  -- and by id, as every index
            CREATE UNIQUE INDEX messages_by_origin ON messages (sent_at, erasure_digest);
            CREATE TABLE delivery_statuses (
                message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
                status  INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
                at      INTEGER NOT NULL,
                details BLOB,
                raw     BLOB,
                PRIMARY KEY (message, status)
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("conversations", "id", "workspace", "participant")
            + ColumnNote.plain("messages", "id", "conversation", "erasure_pepper") + ColumnNote.plain("delivery_statuses", "message")
            + ["channel", "listed"].map { person("conversations", $0, .communication, "participant") }
            + ["erasure_digest", "target"].map { mark("messages", $0, kept: .messengerData, or: [.comments], erasure: .deleteRow) }
            + ["kind", "author", "origin", "sent_at", "received_at", "status", "type", "text", "details", "raw"].map {
                person("messages", $0, .communication, "conversation.participant", or: [.comments])
            }
            + ["status", "at", "details", "raw"].map {
                person("delivery_statuses", $0, .communication, "message.conversation.participant")
            })

    /// What we send is looked for by echoes and statuses, which have times of their own: the search goes by the day. These keys outlive
    /// their messages, so that nothing late about an erased one comes in; no person can be found by them.
    private static let keys = Migration(
        "outgoing keys",
        sql: """
            CREATE TABLE outgoing_keys (
                day     INTEGER NOT NULL,
                digest  BLOB NOT NULL CHECK (length(digest) = 16),
                message INTEGER NOT NULL,
                PRIMARY KEY (day, digest)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE pending_statuses (
                digest         BLOB NOT NULL CHECK (length(digest) = 16),
                status         INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
                at             INTEGER NOT NULL,
                received_at    INTEGER NOT NULL,
                conversation   INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
                erasure_pepper INTEGER NOT NULL,
                erasure_digest BLOB NOT NULL CHECK (length(erasure_digest) = 16),
                details        BLOB,
                raw            BLOB,
                PRIMARY KEY (digest, status)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX pending_statuses_by_conversation ON pending_statuses (conversation);
            CREATE INDEX pending_statuses_by_receipt ON pending_statuses (received_at);
            """,
        columns: ColumnNote.plain("outgoing_keys", "day", "message")
            + ColumnNote.plain("pending_statuses", "conversation", "erasure_pepper") + [
                mark("outgoing_keys", "digest", kept: .outgoingKeys, erasure: .keep),
                mark("pending_statuses", "digest", kept: .deliveryKeys, erasure: .deleteRow),
                mark("pending_statuses", "erasure_digest", kept: .deliveryKeys, erasure: .deleteRow)
            ]
            + ["status", "at", "received_at", "details", "raw"].map {
                person("pending_statuses", $0, .communication, "conversation.participant", kept: .deliveryKeys)
            })

    /// What names nobody. An own comment's words may: it goes with the comment that it answers, and an erasure looks for the person's names
    /// in all notices, which are few.
    private static let notices = Migration(
        "notices",
        sql: """
            CREATE TABLE notices (
                id          INTEGER PRIMARY KEY AUTOINCREMENT,
                workspace   TEXT NOT NULL,
                channel     TEXT NOT NULL,
                kind        INTEGER NOT NULL CHECK (kind IN (9, 13, 14)),  -- comment, template, account
                sent_at     INTEGER NOT NULL,
                received_at INTEGER NOT NULL,
                digest      BLOB NOT NULL UNIQUE CHECK (length(digest) = 16),
                parent      BLOB CHECK (length(parent) = 16),  -- as erasure_digest of the comment that it answers
                type        TEXT NOT NULL,
                text        TEXT,
                details     BLOB,
                raw         BLOB
            ) STRICT;
            CREATE INDEX notices_by_workspace ON notices (workspace);
            CREATE INDEX notices_by_parent ON notices (parent) WHERE parent IS NOT NULL;
            """,
        columns: ColumnNote.plain("notices", "id", "workspace", "channel")
            + ["digest", "parent"].map { mark("notices", $0, kept: .messengerData, or: [.comments], erasure: .deleteRow) }
            + ["kind", "sent_at", "received_at", "type", "text", "details", "raw"].map {
                person("notices", $0, .communication, "text, details, raw", or: [.comments])
            })

    private static let feed = Migration(
        "feed",
        sql: """
            CREATE TABLE changes (
                sequence INTEGER PRIMARY KEY,
                message  INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
                kind     INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1),  -- statusChanged, messageSent
                at       INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX changes_by_message ON changes (message);
            CREATE TABLE feed (
                id    INTEGER PRIMARY KEY CHECK (id = 1),
                epoch TEXT NOT NULL,
                floor INTEGER NOT NULL
            ) STRICT;
            INSERT INTO feed (id, epoch, floor) VALUES (1, lower(hex(randomblob(16))), 0);
            CREATE TRIGGER messages_keep_their_number AFTER DELETE ON messages BEGIN
                UPDATE feed SET floor = OLD.id WHERE floor < OLD.id;
            END;
            CREATE TRIGGER changes_keep_their_number AFTER DELETE ON changes BEGIN
                UPDATE feed SET floor = OLD.sequence WHERE floor < OLD.sequence;
            END;
            """,
        columns: ColumnNote.plain("changes", "sequence", "message") + ColumnNote.plain("feed", "id", "epoch", "floor")
            + ["kind", "at"].map { person("changes", $0, .communication, "message.conversation.participant") })

    /// What says something about a person: also when, by whom and of which kind it was, not what was said alone.
    private static func person(
        _ table: String, _ column: String, _ category: Category, _ subject: String, kept: Retention = .messengerData,
        or others: [Retention] = []
    ) -> ColumnNote {
        ColumnNote(
            table, column, category, for: [.provideService, .complyWithObligation], on: .customerInstruction, kept: kept, or: others,
            subject: subject, erasure: .deleteRow)
    }

    /// A keyed digest of a platform's message id.
    private static func mark(
        _ table: String, _ column: String, kept: Retention, or others: [Retention] = [], erasure: ErasureEffect
    ) -> ColumnNote {
        ColumnNote(
            table, column, .security, for: [.complyWithObligation, .maintainSecurity], on: .legalObligation, kept: kept, or: others,
            subject: nil, erasure: erasure)
    }
}
