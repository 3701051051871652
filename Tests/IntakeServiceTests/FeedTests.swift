import Domain
import HolderContracts
import IntakeContracts
import Policy
import Testing
import Threads
import Wire

@testable import IntakeService

struct FeedTests {
    @Test func theFeedTellsInOrderWhatCameAbout() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let channel = try fixture.connect(IntakeFixture.instagram, to: workspace)

        let response = try read(fixture, after: Cursor())

        #expect(response.facts.map(\.kind) == [.workspaceOpened, .channelConnected])
        #expect(response.facts[0].instructions?.onDeletion == .erase)
        #expect(response.facts[1].channel == channel)
        #expect(response.facts[1].account == IntakeFixture.instagram)
        #expect(!response.restarted)
        #expect(response.next.sequence == 2)
        #expect(try read(fixture, after: response.next).facts.isEmpty)
    }

    @Test func ofFactsAboutTheSameThingTheLastAloneIsKept() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let early = try read(fixture, after: Cursor()).next
        let channel = try fixture.connect(IntakeFixture.instagram, to: workspace)
        for isOn in [true, false, true, false, true] {
            _ = try fixture.ok(SetChannelFeatures(workspace: workspace, channel: channel, features: isOn ? [.comments] : []))
        }

        let response = try read(fixture, after: Cursor())

        #expect(response.facts.map(\.kind) == [.workspaceOpened, .channelConnected, .channelFeatures])
        #expect(response.facts.last?.features == [.comments])
        // Whoever heard a part before hears what is new.
        #expect(try read(fixture, after: early).facts == Array(response.facts.dropFirst()))
    }

    /// As after somebody put an older copy of the file in its place: its numbers go to other facts now.
    @Test func aCursorAheadOfTheFeedStartsAnew() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let known = try read(fixture, after: Cursor()).next
        let ahead = try read(fixture, after: Cursor(epoch: known.epoch, sequence: known.sequence + 1))
        #expect(ahead.restarted && ahead.facts.map(\.workspace) == [workspace])
        // Control: who has heard all is not ahead.
        #expect(!(try read(fixture, after: known).restarted))
    }

    @Test func aCursorOfAnotherEpochStartsAnew() throws {
        let fixture = try IntakeFixture()
        _ = try fixture.openWorkspace()
        let known = try read(fixture, after: Cursor()).next
        try fixture.reopen()

        let foreign = try read(fixture, after: Cursor(epoch: "another", sequence: 1))

        #expect(foreign.restarted)
        #expect(foreign.facts.count == 1)
        // Control: a restart of the process is no other epoch.
        #expect(!(try read(fixture, after: known).restarted))
    }

    @Test func aLongPollEndsWithTheNextFactOrItsTime() throws {
        let fixture = try IntakeFixture()
        let start = try read(fixture, after: Cursor()).next
        let news = Answer<ReadAccessFeed.Response>()
        let transport = LocalTransport(fixture.process.router, as: .conversationStore)
        transport.call(ReadAccessFeed(after: start, waitMilliseconds: 20_000)) { if case .ok(let response) = $0 { news.fill(response) } }

        _ = try fixture.openWorkspace()
        #expect(news.wait().facts.count == 1)

        let nothing = Answer<ReadAccessFeed.Response>()
        transport.call(ReadAccessFeed(after: news.wait().next, waitMilliseconds: 20_000)) {
            if case .ok(let response) = $0 { nothing.fill(response) }
        }
        fixture.time.advance(milliseconds: 20_000)
        #expect(nothing.wait().facts.isEmpty)
        #expect(nothing.wait().next == news.wait().next)
    }

    private func read(_ fixture: IntakeFixture, after cursor: Cursor) throws -> ReadAccessFeed.Response {
        try fixture.ok(ReadAccessFeed(after: cursor, waitMilliseconds: 0), as: .deletionCoordinator)
    }
}
