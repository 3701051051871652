import Domain
import IntakeContracts
import Policy
import SQLite
import Wire

/// Programs that may connect beside the mesh's own. Each change is a fact that every service hears of.
extension IntakeStore {
    func addPeer(_ request: AddPeer, now: Timestamp, _ connection: Connection) throws {
        if let workspace = request.workspace, try standing(workspace, connection) == .unknown {
            throw Refused<AddPeer>(reason: .unknownWorkspace)
        }
        let known = try connection.first(
            "SELECT kind = ? AND workspace IS ? FROM programs WHERE name = ?", .text(request.kind.rawValue),
            SQLValue(request.workspace?.rawValue), .text(request.name)
        ) { $0.bool(0) }
        if let isSame = known {
            guard isSame else { throw Refused<AddPeer>(reason: .nameTaken) }
            return
        }
        let count = try connection.first("SELECT count(*) FROM programs") { $0.int(0) } ?? 0
        if count >= Int64(ListPeers.countMax) { throw Refused<AddPeer>(reason: .tooMany) }
        try connection.run(
            "INSERT INTO programs (name, kind, workspace, added_at) VALUES (?, ?, ?, ?)", .text(request.name),
            .text(request.kind.rawValue), SQLValue(request.workspace?.rawValue), .integer(now.rawValue))
        try publish(
            AccessFact(.peerAdded, request.workspace, peer: PeerRegistration(request.name, request.kind), at: now), connection)
    }

    func removePeer(_ name: String, now: Timestamp, _ connection: Connection) throws {
        let kind = try connection.first("SELECT kind FROM programs WHERE name = ?", .text(name)) { Peer(rawValue: $0.text(0)) } ?? nil
        guard let kind else { throw Refused<RemovePeer>(reason: .unknownPeer) }
        try connection.run("DELETE FROM programs WHERE name = ?", .text(name))
        try publish(AccessFact(.peerRemoved, nil, peer: PeerRegistration(name, kind), at: now), connection)
    }

    func peers(_ connection: Connection) throws -> [ListPeers.Entry] {
        var entries: [ListPeers.Entry] = []
        try connection.each("SELECT name, kind, workspace, added_at FROM programs ORDER BY name") { row in
            guard let kind = Peer(rawValue: row.text(1)) else { return }
            entries.append(
                ListPeers.Entry(
                    name: row.text(0), kind: kind, workspace: row.optionalText(2).map { WorkspaceID(rawValue: $0) },
                    addedAt: Timestamp(rawValue: row.int(3))))
        }
        return entries
    }
}
