import Domain
import Erasure
import HolderContracts
import SQLite

extension HandoffContextStore {
    public func returned(_ digester: ErasureDigester, _ connection: Connection) throws -> [Subject] {
        var people: [(id: ParticipantID, workspace: WorkspaceID)] = []
        try connection.each("SELECT DISTINCT participant, workspace FROM sessions") {
            people.append((ParticipantID(rawValue: $0.int(0)), WorkspaceID(rawValue: $0.text(1))))
        }
        var workspaces = Set(people.map(\.workspace))
        try connection.each("SELECT workspace FROM assistants") { workspaces.insert(WorkspaceID(rawValue: $0.text(0))) }
        return try Tombstones.returned(people, of: workspaces, digester, connection)
    }

    /// The store's feed is of another epoch now, and is followed from its beginning.
    public func beginAnew(numbersFrom: Int64, _ connection: Connection) throws {}
}
