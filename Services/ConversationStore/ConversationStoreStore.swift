import ConversationStoreContracts
import Domain
import Runtime
import SQLite

/// All SQL of conversation-store, in the verbs of the field; the extensions in the folders are its chapters.
final class ConversationStoreStore: @unchecked Sendable {  // `numbers` and `acquaintances` belong to the writer's thread.
    let clock: any Clock
    /// The version of the pepper that new messages' erasure digests are made with.
    let pepper: Int64
    var numbers: ArrivalNumbers
    var acquaintances = Acquaintances()

    /// Reads where the numbers stand.
    init(_ database: Database, clock: any Clock, pepper: Int64) throws {
        self.clock = clock
        self.pepper = pepper
        numbers = try database.read("last number") { ArrivalNumbers(last: try ConversationStoreStore.lastNumber($0)) }
    }

    /// The highest number that was ever given to a row that may have been seen.
    private static func lastNumber(_ connection: Connection) throws -> Int64 {
        try connection.first(
            """
            SELECT max((SELECT floor FROM feed), coalesce((SELECT max(id) FROM messages), 0),
                       coalesce((SELECT max(sequence) FROM changes), 0))
            """
        ) { $0.int(0) } ?? 0
    }
}

/// The one line of numbers of messages and changes: the order of arrival. A job that is rolled back leaves a gap.
struct ArrivalNumbers {
    private(set) var last: Int64

    init(last: Int64) { self.last = last }

    mutating func next() -> Int64 {
        last += 1
        return last
    }
}
