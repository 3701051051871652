import Digest
import Domain
import Erasure
import HolderContracts
import SQLite

extension ConversationStoreStore {
    /// A person's number is never given again, so that the tombstone of a number is enough.
    func returned(_ digester: ErasureDigester, _ connection: Connection) throws -> [Subject] {
        var people: [(id: ParticipantID, workspace: WorkspaceID)] = []
        // Not those in held rooms: what a hold keeps there is out of use already.
        try connection.each("SELECT id, workspace FROM participants WHERE instr(workspace, ?) = 0 ORDER BY id", .text(HeldRoom.mark)) {
            people.append((ParticipantID(rawValue: $0.int(0)), WorkspaceID(rawValue: $0.text(1))))
        }
        let parts = try returnedParts(digester, connection)
        let ended = try Tombstones.erasedWorkspaces(Set(people.map(\.workspace)), digester, connection)
        return try ended + parts
            + people.compactMap { person in
                guard let cutoff = try Tombstones.cutoff(digester.digests(.participant(person.id)), connection) else { return nil }
                var subject = Subject(workspace: person.workspace)
                subject.participants = [person.id]
                subject.cutoff = cutoff
                return subject
            }
    }

    func beginAnew(numbersFrom: Int64, _ connection: Connection) throws {
        try connection.run("UPDATE feed SET epoch = lower(hex(randomblob(16))), floor = max(floor, ?)", .integer(numbersFrom))
        numbers = ArrivalNumbers(last: max(numbers.last, numbersFrom))
    }
}
