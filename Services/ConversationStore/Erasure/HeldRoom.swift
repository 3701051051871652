import Domain
import HolderContracts
import SQLite

/// Where people go whom an erasure would remove and a legal hold keeps: a room of their own, by a workspace's name that no request can
/// spell. Whatever asks by workspace, today's lists and tomorrow's, does not find them; their names are free for whoever they are next.
enum HeldRoom {
    /// No sign of an identifier's alphabet.
    static let mark = "~"
    /// What follows all room names of a workspace.
    private static let end = "\u{7F}"

    static func name(of person: ParticipantID, in workspace: WorkspaceID) -> String { "\(workspace.rawValue)\(mark)\(person.rawValue)" }

    /// Whose room it is; a workspace's own name is that workspace.
    static func workspace(ofRoom name: String) -> WorkspaceID { WorkspaceID(rawValue: String(name.prefix { $0 != Character(mark) })) }

    /// The first name that a room of the workspace may have, and the first behind all.
    static func range(of workspace: WorkspaceID) -> (first: SQLValue, end: SQLValue) {
        (.text("\(workspace.rawValue)\(mark)"), .text("\(workspace.rawValue)\(end)"))
    }
}

extension ConversationStoreStore {
    /// Their messages get tombstones, so that no edit, unsend or reaction touches what is kept.
    func setAside(_ subject: Subject, _ connection: Connection) throws -> [String: Int64] {
        // A workspace whose agreement has ended is in nobody's use.
        if subject.isWhole == true { return try workspaceCounts(subject.workspace, connection) }
        let people = try people(of: subject, connection)
        var rows = try count(people, connection)
        let notices = try notices(about: subject, people, connection)
        for person in people {
            let room = SQLValue.text(HeldRoom.name(of: person, in: subject.workspace))
            try keepObjection(of: person, connection)
            for conversation in try conversations(of: person, connection) {
                try placeTombstones(in: conversation, connection)
                // While the index knows them by their workspace.
                _ = try removeFromIndex(conversation, connection)
                // Where others comment on, nothing of them is seen or counted.
                try connection.run(
                    "UPDATE messages SET thread = NULL WHERE conversation = ? AND thread IS NOT NULL", .integer(conversation.rawValue))
            }
            for table in ["aliases", "conversations"] {
                try connection.run("UPDATE \(table) SET workspace = ? WHERE participant = ?", room, .integer(person.rawValue))
            }
            try connection.run("UPDATE participants SET workspace = ? WHERE id = ?", room, .integer(person.rawValue))
            for notice in notices {
                try connection.run("UPDATE notices SET workspace = ? WHERE id = ?", room, .integer(notice.rawValue))
            }
        }
        rows["notices"] = Int64(notices.count)
        acquaintances.forgetAll()
        return rows
    }

    /// Who of a workspace is held under a name.
    func heldPeople(named alias: Alias, in workspace: WorkspaceID, _ connection: Connection) throws -> [ParticipantID] {
        let rooms = HeldRoom.range(of: workspace)
        var people: [ParticipantID] = []
        try connection.each(
            "SELECT participant FROM aliases WHERE workspace >= ? AND workspace < ? AND platform = ? AND kind = ? AND value = ?",
            rooms.first, rooms.end, .text(alias.platform.rawValue), .text(alias.kind.rawValue), .text(alias.value)
        ) { people.append(ParticipantID(rawValue: $0.int(0))) }
        return people
    }
}
