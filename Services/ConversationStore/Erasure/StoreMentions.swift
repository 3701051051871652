import ConversationStoreContracts
import Domain
import HolderContracts
import SQLite

/// Third persons: whoever stands on a contact card in somebody else's message is found by their number, and an erasure takes their card
/// out of a message that stays.
extension ConversationStoreStore {
    func noteMentions(in event: ChannelEvent, as message: MessageID, _ workspace: WorkspaceID, _ connection: Connection) throws {
        guard event.type == "contacts", let cards = try ContactCards(event.details) else { return }
        for name in cards.names {
            try connection.run(
                "INSERT INTO mentions (workspace, name, message) VALUES (?, ?, ?)", .text(workspace.rawValue), .text(name),
                .integer(message.rawValue))
        }
    }

    /// Cards of the subject that others sent; not those that a hold on their sender keeps.
    func mentions(of subject: Subject, _ connection: Connection) throws -> [Mention] {
        var mentions: [Mention] = []
        for name in Set(subject.aliases.filter { $0.kind == .phone || $0.kind == .bsuid }.map(\.value)).sorted() {
            try connection.each(
                """
                SELECT message, min(sent_at, received_at) FROM mentions JOIN messages ON messages.id = message
                    JOIN conversations ON conversations.id = conversation AND conversations.workspace = mentions.workspace
                WHERE mentions.workspace = ? AND name = ?
                """, .text(subject.workspace.rawValue), .text(name)
            ) { row in
                guard subject.covers(Timestamp(rawValue: row.int(1))) else { return }
                mentions.append(Mention(name: name, message: MessageID(rawValue: row.int(0))))
            }
        }
        return mentions
    }

    /// Returns how many cards went.
    func eraseMentions(of subject: Subject, _ connection: Connection) throws -> Int64 {
        let mentions = try mentions(of: subject, connection)
        for mention in mentions {
            let id = SQLValue.integer(mention.message.rawValue)
            let stored = try connection.first("SELECT details FROM messages WHERE id = ?", id) { $0.optionalBlob(0) }
            if let bytes = stored ?? nil {
                var details = try EventDetails(stored: bytes)
                let cards = try ContactCards(details)
                details.content = cards?.without(mention.name)
                try connection.run("UPDATE messages SET details = ?, raw = NULL WHERE id = ?", SQLValue(details.stored(named: true)), id)
                try connection.run("DELETE FROM mentions WHERE message = ?", id)
                for name in try ContactCards(details)?.names ?? [] {
                    try connection.run(
                        "INSERT INTO mentions (workspace, name, message) VALUES (?, ?, ?)", .text(subject.workspace.rawValue), .text(name),
                        id)
                }
            }
        }
        return Int64(mentions.count)
    }

    struct Mention {
        let name: String
        let message: MessageID
    }
}
