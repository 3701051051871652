import Domain
import HolderContracts
import SQLite

/// All people of a workspace, those in its held rooms too, and what is of nobody there.
extension ConversationStoreStore {
    /// Person by person, message by message: no statement touches more than the limit.
    func erasePortion(of subject: Subject, limit: Int, _ connection: Connection) throws -> [String: Int64] {
        if let part = subject.part { return try erase(subject, part, limit: limit, connection) }
        return try eraseWorkspace(subject.workspace, limit: limit, connection)
    }

    private func eraseWorkspace(_ workspace: WorkspaceID, limit: Int, _ connection: Connection) throws -> [String: Int64] {
        var rows: [String: Int64] = ["messages": 0, "participants": 0, "notices": 0, "insights": 0, "search_terms": 0]
        var rest = limit
        while rest > 0, let person = try anyone(in: workspace, connection) {
            let erased = try eraseMessages(of: person, limit: rest, connection)
            rows["messages", default: 0] += Int64(erased)
            rest -= erased
            guard rest > 0 else { break }
            for table in PersonTable.allCases { try connection.run(table.deletion, .integer(person.rawValue)) }
            rows["participants", default: 0] += 1
            rest -= 1
        }
        if rest > 0 {
            rows["notices"] = Int64(
                try connection.run(
                    "DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE workspace = ? LIMIT ?)", .text(workspace.rawValue),
                    SQLValue(rest)))
            // After the messages: nothing comes into the index any more.
            rows["search_terms"] = Int64(
                try connection.run(
                    """
                    DELETE FROM search_terms WHERE (workspace, term, first) IN
                        (SELECT workspace, term, first FROM search_terms WHERE workspace = ?1 OR workspace >= ?2 AND workspace < ?3 LIMIT ?4)
                    """, .text(workspace.rawValue), HeldRoom.range(of: workspace).first, HeldRoom.range(of: workspace).end, SQLValue(rest)))
            rows["insights"] = Int64(try connection.run("DELETE FROM insights WHERE workspace = ?", .text(workspace.rawValue)))
        }
        acquaintances.forgetAll()
        return rows
    }

    func workspaceCounts(_ workspace: WorkspaceID, _ connection: Connection) throws -> [String: Int64] {
        let rooms = HeldRoom.range(of: workspace)
        func count(_ table: String) throws -> Int64 {
            try connection.first(
                "SELECT count(*) FROM \(table) WHERE workspace = ? OR workspace >= ? AND workspace < ?", .text(workspace.rawValue),
                rooms.first, rooms.end
            ) { $0.int(0) } ?? 0
        }
        return [
            "participants": try count("participants"), "notices": try count("notices"), "insights": try count("insights"),
            "search_terms": try count("search_terms")
        ]
    }

    private func anyone(in workspace: WorkspaceID, _ connection: Connection) throws -> ParticipantID? {
        let rooms = HeldRoom.range(of: workspace)
        return try connection.first(
            "SELECT id FROM participants WHERE workspace = ? OR workspace >= ? AND workspace < ? LIMIT 1", .text(workspace.rawValue),
            rooms.first, rooms.end
        ) { ParticipantID(rawValue: $0.int(0)) }
    }

    private func eraseMessages(of person: ParticipantID, limit: Int, _ connection: Connection) throws -> Int {
        try connection.run(
            """
            DELETE FROM messages WHERE id IN (
                SELECT messages.id FROM conversations JOIN messages ON conversation = conversations.id WHERE participant = ? LIMIT ?)
            """, .integer(person.rawValue), SQLValue(limit))
    }
}
