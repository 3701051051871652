import Access
import Erasure
import Policy
import SQLite

/// The schema of conversation-store.
///
/// A message's number is its place in the order of arrival, and so in the feed: a new message needs no feed row beside it. Numbers of
/// messages, notices and `changes` come from one line. AUTOINCREMENT can't count for several tables; what it promises (no number twice) is kept by
/// `feed.floor`, which rises with every deleted row.
public enum ConversationStoreMigrations {
    public static let all =
        AccessFollower.migrations + [
            Tombstones.migration, DisclosureOutbox.migration, people, profiles, insights, conversations, keys, notices, feed,
            search, participantNotes, mentions, heldRooms, echoes, namelessStatuses, memberReads, expiry
        ]

    /// Few or none: the feed passes over them by this.
    private static let heldRooms = Migration(
        "held rooms",
        sql: """
            CREATE INDEX conversations_held ON conversations (id) WHERE instr(workspace, '~') > 0;
            CREATE INDEX participants_by_workspace ON participants (workspace);
            """, columns: [])

    /// Comments have a length of their own in every workspace.
    private static let expiry = Migration(
        "comments by age", sql: "CREATE INDEX messages_comments ON messages (sent_at) WHERE kind = 9;", columns: [])

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
                objects_since INTEGER,  -- to marketing; nothing while they don't
                restricted_since INTEGER
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
            + ["name", "name_at", "first_seen_at", "marketing_at", "objects_since", "restricted_since"].map {
                person("participants", $0, .profile, "id")
            }
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
    /// What happened in a conversation beside messages (an edit, a reaction, a comment) is a row here too: it came in the same order. What
    /// is about a message finds it, or waits for it (`StoreResolution`): a message keeps its first words, and an edit has the later ones.
    ///
    /// Comments under one medium are a conversation too, with nobody in particular: its `media` says under which. Each comment is a row of
    /// the conversation with whoever wrote it, so that it goes with them, and `thread` names the conversation in which it is read.
    ///
    /// Small columns first: the feed and the list read them without touching the pages of a long text.
    private static let conversations = Migration(
        "conversations",
        sql: """
            CREATE TABLE conversations (
                id           INTEGER PRIMARY KEY AUTOINCREMENT,
                workspace    TEXT NOT NULL,
                channel      TEXT NOT NULL,
                participant  INTEGER REFERENCES participants ON DELETE CASCADE,
                media        TEXT,     -- the platform's id of what is commented on; empty where it names none
                listed       INTEGER,
                read_until   INTEGER,  -- when the latest message was sent that the person has read
                assignee     TEXT,
                closed_at    INTEGER,
                closed_until INTEGER,  -- the last message by then
                UNIQUE (participant, channel),
                CHECK ((participant IS NULL) = (media IS NOT NULL))
            ) STRICT;
            CREATE INDEX conversations_by_activity ON conversations (workspace, listed) WHERE listed IS NOT NULL;
            CREATE UNIQUE INDEX threads_by_media ON conversations (workspace, channel, media) WHERE media IS NOT NULL;
            CREATE INDEX threads_by_activity ON conversations (workspace, listed) WHERE media IS NOT NULL AND listed IS NOT NULL;
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
                target         BLOB CHECK (length(target) = 16),                 -- the message that this is about, by the platform's id
                about          INTEGER,                                          -- and by ours, once it is here
                thread         INTEGER REFERENCES conversations ON DELETE SET NULL,
                edited_at      INTEGER,                                          -- its words now are those of its last edit
                reacted_at     INTEGER,
                withdrawn_at   INTEGER,
                type           TEXT NOT NULL,
                text           TEXT,
                details        BLOB,
                raw            BLOB
            ) STRICT;
            CREATE INDEX messages_by_conversation ON messages (conversation, thread);  -- and by id, as every index
            CREATE INDEX comments_by_thread ON messages (thread) WHERE thread IS NOT NULL;
            CREATE INDEX comments_by_origin ON messages (thread, erasure_digest) WHERE thread IS NOT NULL;
            CREATE TRIGGER threads_end_with_their_last_comment AFTER DELETE ON messages WHEN OLD.thread IS NOT NULL BEGIN
                DELETE FROM conversations WHERE id = OLD.thread AND NOT EXISTS (SELECT 1 FROM messages WHERE thread = OLD.thread);
            END;
            CREATE TRIGGER threads_end_with_who_leaves AFTER UPDATE OF thread ON messages WHEN OLD.thread IS NOT NULL BEGIN
                DELETE FROM conversations WHERE id = OLD.thread AND NOT EXISTS (SELECT 1 FROM messages WHERE thread = OLD.thread);
            END;
            CREATE UNIQUE INDEX messages_by_origin ON messages (sent_at, erasure_digest);
            CREATE INDEX messages_by_subject ON messages (about, kind) WHERE about IS NOT NULL;
            CREATE TABLE waiting_events (
                target  BLOB NOT NULL CHECK (length(target) = 16),               -- as erasure_digest of the message that is awaited
                message INTEGER NOT NULL UNIQUE REFERENCES messages ON DELETE CASCADE,
                since   INTEGER NOT NULL,
                PRIMARY KEY (target, message)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX waiting_events_by_age ON waiting_events (since);
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
            + ColumnNote.plain("messages", "id", "conversation", "erasure_pepper", "about", "thread")
            + ColumnNote.plain("delivery_statuses", "message")
            + ["channel", "listed", "read_until", "closed_at", "closed_until"].map {
                person("conversations", $0, .communication, "participant")
            }
            + ["erasure_digest", "target"].map { mark("messages", $0, kept: .messengerData, or: [.comments], erasure: .deleteRow) }
            + [
                "kind", "author", "origin", "sent_at", "received_at", "status", "type", "text", "details", "raw", "edited_at", "reacted_at",
                "withdrawn_at"
            ].map {
                person("messages", $0, .communication, "conversation.participant", or: [.comments])
            }
            + ["status", "at", "details", "raw"].map {
                person("delivery_statuses", $0, .communication, "message.conversation.participant")
            }
            + ColumnNote.plain("waiting_events", "message") + [
                person("waiting_events", "since", .communication, "message.conversation.participant"),
                // The account's own: it ends with the last comment under it.
                ColumnNote(
                    "conversations", "media", .communication, for: [.provideService, .complyWithObligation], on: .customerInstruction,
                    kept: .messengerData, or: [.comments], subject: nil, erasure: .keep),
                member("conversations", "assignee"),
                mark("waiting_events", "target", kept: .deliveryKeys, erasure: .deleteRow)
            ])

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
                media       TEXT,  -- under which an own comment stands
                type        TEXT NOT NULL,
                text        TEXT,
                details     BLOB,
                raw         BLOB
            ) STRICT;
            CREATE INDEX notices_by_media ON notices (workspace, channel, media) WHERE media IS NOT NULL;
            CREATE INDEX notices_by_workspace ON notices (workspace);
            CREATE INDEX notices_by_parent ON notices (parent) WHERE parent IS NOT NULL;
            """,
        columns: ColumnNote.plain("notices", "id", "workspace", "channel")
            + ["digest", "parent"].map { mark("notices", $0, kept: .messengerData, or: [.comments], erasure: .deleteRow) }
            + ["kind", "sent_at", "received_at", "media", "type", "text", "details", "raw"].map {
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
            CREATE TRIGGER notices_keep_their_number AFTER DELETE ON notices BEGIN
                UPDATE feed SET floor = OLD.id WHERE floor < OLD.id;
            END;
            CREATE TRIGGER changes_keep_their_number AFTER DELETE ON changes BEGIN
                UPDATE feed SET floor = OLD.sequence WHERE floor < OLD.sequence;
            END;
            """,
        columns: ColumnNote.plain("changes", "sequence", "message") + ColumnNote.plain("feed", "id", "epoch", "floor")
            + ["kind", "at"].map { person("changes", $0, .communication, "message.conversation.participant") })

    /// The words of messages, by workspace: a row has the numbers of the messages that hold a word, or of a part of them (`PostingBlock`).
    private static let search = Migration(
        "search",
        sql: """
            CREATE TABLE search_terms (
                workspace TEXT NOT NULL,
                term      TEXT NOT NULL,
                first     INTEGER NOT NULL,
                rest      BLOB NOT NULL,
                PRIMARY KEY (workspace, term, first)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE search_progress (
                id            INTEGER PRIMARY KEY CHECK (id = 1),
                indexed_until INTEGER NOT NULL,
                version       INTEGER NOT NULL  -- SearchTerms.version
            ) STRICT;
            INSERT INTO search_progress (id, indexed_until, version) VALUES (1, 0, 0);
            """,
        columns: ColumnNote.plain("search_terms", "workspace", "first", "rest")
            + ColumnNote.plain("search_progress", "id", "indexed_until", "version") + [
                person("search_terms", "term", .communication, "first, rest: messages.conversation.participant")
            ])

    /// What a workspace says of its participants. An objection is a digest: it outlives the person's rows.
    private static let participantNotes = Migration(
        "links, fields and objections",
        sql: """
            CREATE TABLE links (
                participant INTEGER NOT NULL REFERENCES participants ON DELETE CASCADE,
                other       INTEGER NOT NULL REFERENCES participants ON DELETE CASCADE,
                kind        INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 4),  -- code, document, statement, customerRecord, resemblance
                source      TEXT NOT NULL,
                linked_by   TEXT,
                linked_at   INTEGER NOT NULL,
                PRIMARY KEY (participant, other, kind),
                CHECK (participant < other)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX links_by_other ON links (other);
            CREATE TABLE participant_fields (
                participant INTEGER NOT NULL REFERENCES participants ON DELETE CASCADE,
                name        TEXT NOT NULL,
                text        TEXT,
                number      INTEGER,
                flag        INTEGER CHECK (flag IN (0, 1)),
                time        INTEGER,
                set_at      INTEGER NOT NULL,
                PRIMARY KEY (participant, name),
                CHECK ((text IS NOT NULL) + (number IS NOT NULL) + (flag IS NOT NULL) + (time IS NOT NULL) = 1)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE objections (
                digest BLOB PRIMARY KEY CHECK (length(digest) = 16),
                pepper INTEGER NOT NULL,
                since  INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("links", "participant", "other") + ColumnNote.plain("participant_fields", "participant")
            + ColumnNote.plain("objections", "pepper", "since")
            + ["name", "text", "number", "flag", "time", "set_at"].map { person("participant_fields", $0, .profile, "participant") } + [
                person("links", "source", .profile, "participant"), person("links", "kind", .profile, "participant"),
                person("links", "linked_at", .profile, "participant"),
                member("links", "linked_by"),
                mark("objections", "digest", kept: .tombstones, erasure: .keep)
            ])

    /// Who stands on the contact cards of whose messages.
    private static let mentions = Migration(
        "mentions",
        sql: """
            CREATE TABLE mentions (
                workspace TEXT NOT NULL,
                name      TEXT NOT NULL,
                message   INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
                PRIMARY KEY (workspace, name, message)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX mentions_by_message ON mentions (message);
            """,
        columns: ColumnNote.plain("mentions", "workspace", "message") + [person("mentions", "name", .profile, "name")])

    /// Replies whose echo, should one come, bears an id that we don't know.
    private static let echoes = Migration(
        "nameless replies",
        sql: """
            CREATE TABLE nameless_replies (
                message      INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
                conversation INTEGER NOT NULL,
                sent_at      INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX nameless_replies_by_conversation ON nameless_replies (conversation);
            CREATE INDEX nameless_replies_by_time ON nameless_replies (sent_at);
            """,
        columns: ColumnNote.plain("nameless_replies", "message", "conversation") + [
            person("nameless_replies", "sent_at", .communication, "message.conversation.participant")
        ])

    /// A status may name nobody; then no conversation is known before its message is.
    private static let namelessStatuses = Migration(
        "statuses that name nobody",
        sql: """
            CREATE TABLE waiting_statuses (
                digest         BLOB NOT NULL CHECK (length(digest) = 16),
                status         INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
                at             INTEGER NOT NULL,
                received_at    INTEGER NOT NULL,
                conversation   INTEGER REFERENCES conversations ON DELETE CASCADE,
                erasure_pepper INTEGER NOT NULL,
                erasure_digest BLOB NOT NULL CHECK (length(erasure_digest) = 16),
                details        BLOB,
                raw            BLOB,
                PRIMARY KEY (digest, status)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO waiting_statuses SELECT * FROM pending_statuses;
            DROP TABLE pending_statuses;
            ALTER TABLE waiting_statuses RENAME TO pending_statuses;
            CREATE INDEX pending_statuses_by_conversation ON pending_statuses (conversation);
            CREATE INDEX pending_statuses_by_receipt ON pending_statuses (received_at);
            """,
        columns: [])

    /// How far each of the customer's people has read.
    private static let memberReads = Migration(
        "what members have read",
        sql: """
            CREATE TABLE member_reads (
                conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
                member       TEXT NOT NULL,
                read_until   INTEGER NOT NULL,
                PRIMARY KEY (conversation, member)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX member_reads_by_member ON member_reads (member);
            """,
        columns: ColumnNote.plain("member_reads", "conversation")
            + ["member", "read_until"].map { member("member_reads", $0, erasure: .deleteRow) })

    /// What says something about a person: also when, by whom and of which kind it was, not what was said alone.
    private static func person(
        _ table: String, _ column: String, _ category: Category, _ subject: String, kept: Retention = .messengerData,
        or others: [Retention] = []
    ) -> ColumnNote {
        ColumnNote(
            table, column, category, for: [.provideService, .complyWithObligation], on: .customerInstruction, kept: kept, or: others,
            subject: subject, erasure: .deleteRow)
    }

    /// One of the customer's people.
    private static func member(_ table: String, _ column: String, erasure: ErasureEffect = .clearColumn) -> ColumnNote {
        ColumnNote(table, column, .account, for: [.provideService], on: .contract, kept: .accountData, subject: "member", erasure: erasure)
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
