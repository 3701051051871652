import ConversationStoreContracts
import Domain
import SQLite
import Wire

/// What names nobody.
extension ConversationStoreStore {
    func take(notice prepared: PreparedEvent, of delivery: PreparedDelivery, _ connection: Connection) throws -> EventOutcome {
        let event = prepared.event
        let isNew = try connection.run(
            """
            INSERT INTO notices (id, workspace, channel, kind, sent_at, received_at, digest, parent, media, type, text, details, raw)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """, .integer(numbers.next()), .text(delivery.workspace.rawValue), .text(delivery.channel.rawValue), .integer(event.kind.code),
            .integer(event.sentAt.rawValue), .integer(event.receivedAt.rawValue), .blob(prepared.key),
            SQLValue(prepared.targetNames.first), SQLValue(event.threadMedia), .text(event.type ?? event.kind.rawValue),
            SQLValue(event.text), SQLValue(prepared.details), SQLValue(prepared.raw))
        return isNew == 1 ? .stored : .repeated
    }

    func notices(_ request: ListNotices, _ connection: Connection) throws -> [Notice] {
        var notices: [Notice] = []
        var bytes = 0
        try connection.each(
            """
            SELECT id, channel, kind, type, text, min(sent_at, received_at), details, raw FROM notices
            WHERE workspace = ?1 AND id < ?2 AND (?3 IS NULL OR channel = ?3) ORDER BY id DESC LIMIT ?4
            """, .text(request.workspace.rawValue), .integer(request.before?.rawValue ?? .max), SQLValue(request.channel?.rawValue),
            .integer(request.limit)
        ) { row in
            let notice = try Notice(row)
            bytes += (notice.text?.utf8.count ?? 0) + (notice.raw?.bytes.count ?? 0)
            // Fewer than asked for where they hold too much for one frame: the reader goes on before the oldest.
            if notices.isEmpty || bytes <= ConversationStoreStore.contentBytesMax { notices.append(notice) }
        }
        return notices
    }
}

extension Notice {
    fileprivate init(_ row: borrowing Row) throws {
        self.init()
        id = NoticeID(rawValue: row.int(0))
        channel = ChannelID(rawValue: row.text(1))
        kind = ChannelEvent.Kind(code: row.int(2))
        type = row.text(3)
        text = row.optionalText(4)
        at = Timestamp(rawValue: row.int(5))
        details = try row.optionalBlob(6).map(EventDetails.init(stored:))
        raw = row.optionalBlob(7).map(RawJSON.init(checked:))
    }
}
