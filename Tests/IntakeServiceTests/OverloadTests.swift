import Domain
import IntakeContracts
import SQLite
import Testing
import Threads
import Wire

@testable import IntakeService

struct OverloadTests {
    private let body = Instagram.delivery(Instagram.text("hello", mid: "mid.1"))

    @Test func aFullQueueTurnsADeliveryAwayAndStoresNothing() throws {
        var options = DatabaseOptions()
        options.queueCountMax = 1
        let fixture = try IntakeFixture(options: options)
        try fixture.connect(IntakeFixture.instagram, to: try fixture.openWorkspace())
        let gate = Answer<Bool>()
        let isOpen = Answer<Bool>()
        #expect(
            fixture.database.writer.submit("hold") { _ in
                gate.wait()
            } completion: { _ in
                isOpen.fill(true)
            })

        let turnedAway = try fixture.post(body, to: .instagram)
        gate.fill(true)
        #expect(isOpen.wait())

        #expect(turnedAway.status == .serviceUnavailable)
        #expect(turnedAway.headers["retry-after"] != nil)
        #expect(try fixture.count("outbox") == 0)
        #expect(try fixture.keyCount() == 0)
        // Control: with room in the queue the platform's next try is taken.
        try fixture.settle()
        #expect(try fixture.post(body, to: .instagram).status == .ok)
        #expect(try fixture.count("outbox") == 1)
    }

    @Test func theLastOfTheDiskIsKeptForDeletions() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        try fixture.connect(IntakeFixture.instagram, to: workspace)
        fixture.freeBytes.add(DiskReserve.freeBytesMin - 1)
        fixture.time.advance(milliseconds: DiskReserve.checkMilliseconds)

        #expect(try fixture.post(body, to: .instagram).status == .serviceUnavailable)
        guard case .fault(let fault) = fixture.call(OpenWorkspace.sample(key: "workspace-2")) else {
            Issue.record("a workspace was opened on a full disk")
            return
        }
        #expect(fault.code == .overloaded)
        #expect(try fixture.count("outbox") == 0)

        // Looked at once a second at most: within it the answer stays.
        fixture.freeBytes.add(DiskReserve.freeBytesMin)
        #expect(try fixture.post(body, to: .instagram).status == .serviceUnavailable)
        fixture.time.advance(milliseconds: DiskReserve.checkMilliseconds)
        #expect(try fixture.post(body, to: .instagram).status == .ok)
    }
}
