import Domain
import IntakeContracts
import Policy
import Runtime
import TestKit
import Testing
import Threads
import Wire

@testable import Access

/// What stays of those who were turned away.
@Suite struct SecurityLogTests {
    private let service: GuardedService
    private let stranger = Attempt(peer: ConnectedPeer(.gateway, name: "stranger"))

    init() throws { service = try GuardedService() }

    @Test func equalDenialsOfAnHourAreOneRow() throws {
        for _ in 0..<3 {
            _ = service.put(stranger.with { $0.token = service.sign(.owner) })
            service.time.advance(milliseconds: 1_000)
        }
        let last = begin.adding(milliseconds: 2_000).rawValue
        let hour = begin.rawValue / 3_600_000
        #expect(try service.denials() == ["\(hour)|samples.read|programUnknown|stranger|owner|ws_lumen|3|\(last)"])

        service.time.advance(milliseconds: 3_600_000)
        _ = service.put(stranger.with { $0.token = service.sign(.owner) })

        #expect(try service.denials().count == 2)
    }

    @Test func nothingThatWasSentIsKept() throws {
        let needle = "needle7714"
        _ = service.put(Attempt(token: needle, workspace: WorkspaceID(rawValue: "ws_\(needle)")))
        _ = service.put(Attempt(token: service.sign(.owner), workspace: WorkspaceID(rawValue: "ws_\(needle)")))
        _ = service.put(Attempt(token: service.sign(.owner), purpose: needle).with { $0.contract = CountSample.contract })
        _ = service.put(Attempt(token: service.sign(.analyst), purpose: needle))

        let rows = try service.denials()

        #expect(rows.count == 4)
        #expect(!rows.joined().contains(needle))
        // Control: a name that we gave ourselves is kept.
        #expect(rows.joined().contains("ws_lumen"))
    }

    /// A flood costs one row and few writes, and all of it is counted.
    @Test func aFloodIsCountedInFewWrites() throws {
        let before = service.database.writer.statistics.jobs
        // The writer is held up as long as the flood lasts.
        let (held, release) = (Latch(), Latch())
        holdWriter(held, release)

        for _ in 0..<10_000 { _ = service.put(stranger) }
        release.open()

        let rows = try service.denials()
        #expect(rows.count == 1 && rows[0].split(separator: "|", omittingEmptySubsequences: false)[6] == "10000")
        #expect(service.database.writer.statistics.jobs - before <= 5)
        #expect(service.process.metrics.snapshot()["access.denied"] == 10_000)
    }

    /// The writer does nothing more until `release` is opened.
    private func holdWriter(_ held: Latch, _ release: Latch) {
        let isQueued = service.database.writer.submit("hold") { _ in
            held.open()
            release.wait()
        } completion: { _ in
        }
        #expect(isQueued)
        held.wait()
    }

    @Test func whatIsTooVariedToBeKeptIsStillCounted() throws {
        let (held, release) = (Latch(), Latch())
        holdWriter(held, release)
        let count = SecurityLog.waitingMax + 10

        for number in 0..<count { _ = service.put(stranger.with { $0.peer = ConnectedPeer(.gateway, name: "stranger-\(number)") }) }
        release.open()

        #expect(try service.denials().count == SecurityLog.waitingMax)
        #expect(service.process.metrics.snapshot()["access.denied"] == Int64(count))
        // It takes more again.
        _ = service.put(stranger)
        #expect(try service.denials().count == SecurityLog.waitingMax + 1)
    }

    @Test func aRowGoesAfterItsTime() throws {
        _ = service.put(stranger)
        let kept = Retention.security.length.milliseconds
        service.time.advance(milliseconds: kept)
        _ = service.put(stranger.with { $0.peer = ConnectedPeer(.gateway, name: "second") })
        #expect(try service.denials().count == 2)

        service.time.advance(milliseconds: 3_600_000)
        _ = service.put(stranger.with { $0.peer = ConnectedPeer(.gateway, name: "third") })

        #expect(try service.denials().map { $0.split(separator: "|")[3] } == ["second", "third"])
    }

    @Test func aRestartKeepsWhatWasRecorded() throws {
        _ = service.put(stranger)
        let rows = try service.denials()
        #expect(rows.count == 1)
        try service.reopen()
        #expect(try service.denials() == rows)
    }
}

/// Holds up whoever waits until it is opened.
private struct Latch: Sendable {
    private let answer = Answer<Void>()

    func open() { answer.fill(()) }
    func wait() { answer.wait() }
}
