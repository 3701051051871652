import ConversationStoreContracts
import Domain
import SQLite

/// The search index: for each word of a workspace the messages that hold it.
///
/// Own rows and not FTS5: before SQLite 3.42 that keeps the words of what was deleted until the whole index is written anew, and one
/// index of all workspaces would look through everybody's words for one. `secure_delete` and the page scrub reach these rows.
///
/// It follows behind the messages: what is not in it yet has a number above `indexed_until`.
extension ConversationStoreStore {
    /// Messages that one job indexes: appends wait for it.
    static let indexPortion: Int64 = 512

    /// Takes the next messages into the index; returns how many were looked at.
    func indexNext(_ connection: Connection) throws -> Int {
        let indexed = try indexedUntil(connection)
        var terms: [IndexedTerm: [Int64]] = [:]
        var (count, last) = (0, indexed)
        try connection.each(
            """
            SELECT workspace, messages.id, \(ConversationStoreStore.wordsNow), \(ConversationStoreStore.mediaNow)
            FROM messages JOIN conversations ON conversations.id = conversation WHERE messages.id > ? ORDER BY messages.id LIMIT ?
            """, .integer(indexed), .integer(ConversationStoreStore.indexPortion)
        ) { row in
            (count, last) = (count + 1, row.int(1))
            let words = try ConversationStoreStore.searchedText(row.optionalText(2), row.optionalBlob(3))
            if words.isEmpty { return }
            let workspace = row.text(0)
            for term in SearchTerms.terms(in: words) { terms[IndexedTerm(workspace: workspace, term: term), default: []].append(last) }
        }
        guard count > 0 else { return 0 }
        for (term, messages) in terms { try add(messages, to: term, connection) }
        try connection.run("UPDATE search_progress SET indexed_until = ?", .integer(last))
        return count
    }

    /// Makes a change of one message's words, and the same to the index.
    func changingWords(of message: MessageID, _ connection: Connection, _ change: () throws -> Void) throws {
        let indexed = try indexedUntil(connection)
        guard message.rawValue <= indexed, let workspace = try workspace(of: message, connection) else { return try change() }
        let former = try terms(ofAllVersionsOf: message, connection)
        try change()
        let words = try connection.first(
            "SELECT \(ConversationStoreStore.wordsNow), \(ConversationStoreStore.mediaNow) FROM messages WHERE id = ?",
            .integer(message.rawValue)
        ) { try ConversationStoreStore.searchedText($0.optionalText(0), $0.optionalBlob(1)) }
        let now = SearchTerms.terms(in: words ?? "")
        for term in former.subtracting(now) {
            _ = try remove(message.rawValue, from: IndexedTerm(workspace: workspace, term: term), connection)
        }
        for term in now { try add([message.rawValue], to: IndexedTerm(workspace: workspace, term: term), connection) }
    }

    /// Takes a conversation's messages out of the index, before they go themselves. Returns from how many terms.
    func removeFromIndex(_ conversation: ConversationID, _ connection: Connection) throws -> Int64 {
        var messages: [MessageID] = []
        try connection.each("SELECT id FROM messages WHERE conversation = ?", .integer(conversation.rawValue)) {
            messages.append(MessageID(rawValue: $0.int(0)))
        }
        return try messages.reduce(0) { try $0 + removeFromIndex($1, connection) }
    }

    /// Takes one message out of the index, before it goes itself. Returns from how many terms.
    func removeFromIndex(_ message: MessageID, _ connection: Connection) throws -> Int64 {
        guard try message.rawValue <= indexedUntil(connection), let workspace = try workspace(of: message, connection) else { return 0 }
        var count: Int64 = 0
        for term in try terms(ofAllVersionsOf: message, connection)
        where try remove(message.rawValue, from: IndexedTerm(workspace: workspace, term: term), connection) {
            count += 1
        }
        return count
    }

    // MARK: What is indexed

    /// What a message reads as now, as a column of `messages`; NULL for what is not searched.
    static let wordsNow = """
        CASE WHEN messages.kind NOT IN (0, 1, 2, 7, 9) THEN NULL
            WHEN messages.edited_at IS NULL THEN messages.text
            ELSE coalesce((SELECT edit.text FROM messages AS edit WHERE edit.about = messages.id AND edit.kind = 3
                AND edit.text IS NOT NULL ORDER BY edit.sent_at DESC, edit.erasure_digest LIMIT 1), messages.text) END
        """

    /// Where the captions of its media stand now: with its last edit that has media, or with itself; NULL likewise. Only the member itself
    /// is written so: within a text its quotation marks would be escaped.
    static let mediaNow = """
        CASE WHEN messages.kind NOT IN (0, 1, 2, 7, 9) THEN NULL
            WHEN messages.edited_at IS NULL THEN messages.details
            ELSE coalesce((SELECT edit.details FROM messages AS edit WHERE edit.about = messages.id AND edit.kind = 3
                AND instr(edit.details, CAST('"attachments":' AS BLOB)) > 0
                ORDER BY edit.sent_at DESC, edit.erasure_digest LIMIT 1), messages.details) END
        """

    /// A message's words and those of its media, line by line.
    static func searchedText(_ text: String?, _ details: [UInt8]?) throws -> String {
        guard let details else { return text ?? "" }
        let captions = try EventDetails(stored: details).attachments?.compactMap(\.caption) ?? []
        return ([text].compactMap(\.self) + captions).joined(separator: "\n")
    }

    /// Whatever a message ever said: so that none of it is left over, whichever version was indexed.
    private func terms(ofAllVersionsOf message: MessageID, _ connection: Connection) throws -> Set<String> {
        var terms: Set<String> = []
        try connection.each(
            "SELECT text, details FROM messages WHERE id = ?1 OR (about = ?1 AND kind = 3)", .integer(message.rawValue)
        ) { terms.formUnion(SearchTerms.terms(in: try ConversationStoreStore.searchedText($0.optionalText(0), $0.optionalBlob(1)))) }
        return terms
    }

    private func workspace(of message: MessageID, _ connection: Connection) throws -> String? {
        try connection.first(
            "SELECT workspace FROM messages JOIN conversations ON conversations.id = conversation WHERE messages.id = ?",
            .integer(message.rawValue)
        ) { $0.text(0) }
    }

    /// Another version of `SearchTerms` has other terms: then the index is made anew.
    private func indexedUntil(_ connection: Connection) throws -> Int64 {
        let indexed = try connection.first(
            "SELECT indexed_until FROM search_progress WHERE version = ?", .integer(SearchTerms.version)
        ) { $0.int(0) }
        if let indexed { return indexed }
        try connection.run("DELETE FROM search_terms")
        try connection.run("UPDATE search_progress SET indexed_until = 0, version = ?", .integer(SearchTerms.version))
        return 0
    }

    // MARK: Rows

    /// - Parameter messages: in rising order; several only where all are newer than what the term has.
    private func add(_ messages: [Int64], to term: IndexedTerm, _ connection: Connection) throws {
        let former = try block(of: term, upTo: messages[0], connection)
        var block = former ?? PostingBlock([])
        for message in messages { block.insert(message) }
        if block != former { try replace(former, by: block, of: term, connection) }
    }

    /// False when it was not there.
    private func remove(_ message: Int64, from term: IndexedTerm, _ connection: Connection) throws -> Bool {
        guard let former = try block(of: term, upTo: message, connection), former.messages.contains(message) else { return false }
        var block = former
        block.remove(message)
        try replace(former, by: block, of: term, connection)
        return true
    }

    func block(of term: IndexedTerm, upTo message: Int64, _ connection: Connection) throws -> PostingBlock? {
        try connection.first(
            """
            SELECT first, rest FROM search_terms WHERE workspace = ? AND term = ? AND first <= ? ORDER BY first DESC LIMIT 1
            """, .text(term.workspace), .text(term.term), .integer(message)
        ) { row in row.withBytes(1) { PostingBlock(first: row.int(0), rest: $0) } }
    }

    private func replace(_ former: PostingBlock?, by block: PostingBlock, of term: IndexedTerm, _ connection: Connection) throws {
        let (workspace, word) = (SQLValue.text(term.workspace), SQLValue.text(term.term))
        let rows = block.rows
        if let first = former?.messages.first {
            if rows.count == 1, rows[0].messages.first == first {
                try connection.run(
                    "UPDATE search_terms SET rest = ?4 WHERE workspace = ?1 AND term = ?2 AND first = ?3", workspace, word, .integer(first),
                    .blob(rows[0].rest))
                return
            }
            try connection.run("DELETE FROM search_terms WHERE workspace = ? AND term = ? AND first = ?", workspace, word, .integer(first))
        }
        for row in rows {
            try connection.run(
                "INSERT INTO search_terms (workspace, term, first, rest) VALUES (?, ?, ?, ?)", workspace, word,
                .integer(row.messages[0]), .blob(row.rest))
        }
    }
}

/// A word as one workspace has it.
struct IndexedTerm: Hashable {
    let workspace, term: String
}
