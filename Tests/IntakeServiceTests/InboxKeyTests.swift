import Domain
import SQLite
import Testing

@testable import IntakeService

/// Where inbox keys stand is nobody's business: what was noted is known, whatever came in between.
struct InboxKeyTests {
    private struct Refused: Error {}

    private func key(_ number: Int64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { [UInt8](repeating: 7, count: 8) + $0 } }

    @discardableResult
    private func note(_ numbers: Range<Int64>, _ fixture: IntakeFixture) throws -> Int {
        let (store, today) = (IntakeStore(), fixture.time.now.day)
        return try fixture.database.writer.write("note") { [key] connection in
            try numbers.count { try store.note(key($0), day: today, connection) }
        }
    }

    @Test func manyGoToTheirPlacesTogetherAndStayKnown() throws {
        let fixture = try IntakeFixture()
        let max = IntakeStore.recentKeysMax

        #expect(try note(0..<max - 1, fixture) == Int(max) - 1)
        #expect(try fixture.count("inbox_keys") == 0 && fixture.count("recent_keys") == max - 1)
        #expect(try note(max - 1..<max + 10, fixture) == 11)

        #expect(try fixture.count("inbox_keys") == max && fixture.count("recent_keys") == 10)
        #expect(try note(0..<max + 10, fixture) == 0)
        try fixture.reopen()
        #expect(try note(0..<max + 20, fixture) == 10)
        #expect(try fixture.keyCount() == max + 20)
    }

    /// A key that stayed in memory would make the next delivery, which is the first to be stored, a repeat.
    @Test func whatWasTakenBackIsNotKnown() throws {
        let fixture = try IntakeFixture()
        let (store, today) = (IntakeStore(), fixture.time.now.day)

        #expect(throws: Refused.self) {
            try fixture.database.writer.write("note") { [key] connection in
                for number in Int64(0)..<IntakeStore.recentKeysMax { try store.note(key(number), day: today, connection) }
                throw Refused()
            }
        }

        #expect(try fixture.keyCount() == 0)
        #expect(try note(0..<5, fixture) == 5)
        // Control.
        #expect(try note(0..<5, fixture) == 0)
    }
}
