import Domain
import Erasure
import HolderContracts
import SQLite

extension ConversationStoreStore {
    /// Those in held rooms too: the hold that keeps them there may be over.
    func returned(_ digester: ErasureDigester, _ connection: Connection) throws -> [Subject] {
        var people: [(id: ParticipantID, workspace: WorkspaceID)] = []
        try connection.each("SELECT id, workspace FROM participants ORDER BY id") { row in
            let workspace = HeldRoom.workspace(ofRoom: row.text(1))
            people.append((ParticipantID(rawValue: row.int(0)), workspace))
        }
        return try Tombstones.returned(people, of: Set(people.map(\.workspace)), digester, connection)
    }

    func beginAnew(numbersFrom: Int64, _ connection: Connection) throws {
        try connection.run("UPDATE feed SET epoch = lower(hex(randomblob(16))), floor = max(floor, ?)", .integer(numbersFrom))
        numbers = ArrivalNumbers(last: max(numbers.last, numbersFrom))
    }
}
