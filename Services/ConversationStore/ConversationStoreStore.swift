import ConversationStoreContracts
import Domain
import Erasure
import Runtime
import SQLite

/// All SQL of conversation-store, in the verbs of the field; the extensions in the folders are its chapters.
final class ConversationStoreStore: @unchecked Sendable {  // `numbers` and `acquaintances` belong to the writer's thread.
    let clock: any Clock
    let digester: ErasureDigester
    var numbers: ArrivalNumbers
    var acquaintances = Acquaintances()

    /// Reads where the numbers stand.
    init(_ database: Database, clock: any Clock, digester: ErasureDigester) throws {
        self.clock = clock
        self.digester = digester
        numbers = try database.read("last number") { ArrivalNumbers(last: try ConversationStoreStore.lastNumber($0)) }
    }

    /// The highest number that was ever given to a row that may have been seen.
    static func lastNumber(_ connection: Connection) throws -> Int64 {
        try connection.first(
            """
            SELECT max((SELECT floor FROM feed), coalesce((SELECT max(id) FROM messages), 0),
                       coalesce((SELECT max(id) FROM notices), 0), coalesce((SELECT max(sequence) FROM changes), 0))
            """
        ) { $0.int(0) } ?? 0
    }
}

/// The one line of numbers of messages, notices and changes: the order of arrival. A job that is rolled back leaves a gap.
struct ArrivalNumbers {
    private(set) var last: Int64

    init(last: Int64) { self.last = last }

    mutating func next() -> Int64 {
        last += 1
        return last
    }
}
