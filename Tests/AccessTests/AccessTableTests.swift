import Domain
import IntakeContracts
import SQLite
import TestKit
import Testing
import Threads

@testable import Access

@Suite struct AccessTableTests {
    private let folder: TemporaryFolder
    private let database: Database
    private let workspace = WorkspaceID(rawValue: "ws_one")
    private let channel = ChannelID(rawValue: "ch_one")
    private let account = Account(.whatsapp, "106540000000000")
    private let at = Timestamp(rawValue: 1000)

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(path: folder.path("service.sqlite"), service: "service", migrations: [AccessTable.migration])
    }

    private func take(_ facts: [AccessFact], upTo sequence: Int64, restarted: Bool = false) throws {
        let response = ReadAccessFeed.Response(facts: facts, next: Cursor(epoch: "e1", sequence: sequence), restarted: restarted)
        try database.writer.write("take") { try AccessTable.take(response, $0) }
    }

    private func stored() throws -> [AccessFact] { try database.read { try AccessTable.facts($0) } }

    @Test func factsAndCursorSurviveARestart() throws {
        let facts = [
            AccessFact(.workspaceOpened, workspace, instructions: Instructions(onDeletion: .ask), at: at),
            AccessFact(.channelConnected, workspace, channel: channel, account: account, at: at)
        ]
        try take(facts, upTo: 2)
        database.close()
        let reopened = try Database(path: folder.path("service.sqlite"), service: "service", migrations: [AccessTable.migration])
        #expect(try reopened.read { try AccessTable.facts($0) } == facts)
        #expect(try reopened.read { try AccessTable.cursor($0) } == Cursor(epoch: "e1", sequence: 2))
        reopened.close()
    }

    @Test func anAnswerTakenTwiceIsTakenOnce() throws {
        let fact = AccessFact(.workspaceOpened, workspace, instructions: Instructions(onDeletion: .erase), at: at)
        try take([fact], upTo: 1)
        try take([fact], upTo: 1)
        #expect(try stored() == [fact])
    }

    @Test func theFileKeepsTheLastFactAboutEachThingInOrder() throws {
        let member = MemberID(rawValue: "mem_one")
        let opened = AccessFact(.workspaceOpened, workspace, instructions: Instructions(onDeletion: .erase), at: at)
        let instructed = AccessFact(.workspaceInstructed, workspace, instructions: Instructions(onDeletion: .ask), at: at)
        let joined = AccessFact(.memberSet, workspace, member: MemberRights(member, .agent, generation: 1), at: at)
        let left = AccessFact(.memberRemoved, workspace, member: MemberRights(member, .agent, generation: 2), at: at)
        let connected = AccessFact(.channelConnected, workspace, channel: channel, account: account, at: at)
        let switched = AccessFact(.channelFeatures, workspace, channel: channel, features: [.comments], at: at)
        try take([opened, joined, connected, switched], upTo: 4)
        for sequence in 5..<50 { try take([instructed, joined], upTo: Int64(sequence)) }
        try take([left], upTo: 50)
        #expect(try stored() == [connected, switched, instructed, left])
        let facts = AccessFacts()
        facts.take(try stored())
        #expect(facts.member(member) == nil && facts.channel(channel)?.features == [.comments])
        #expect(facts.workspace(workspace)?.instructions.onDeletion == .ask)
    }

    @Test func aNewEpochForgetsTheOldFacts() throws {
        try take([AccessFact(.workspaceOpened, workspace, instructions: Instructions(onDeletion: .erase), at: at)], upTo: 1)
        let other = AccessFact(.workspaceOpened, WorkspaceID(rawValue: "ws_two"), instructions: Instructions(onDeletion: .ask), at: at)
        try take([other], upTo: 1, restarted: true)
        #expect(try stored() == [other])
    }

    @Test func theLastFactAboutAThingCounts() {
        let facts = AccessFacts()
        facts.take([
            AccessFact(.workspaceOpened, workspace, instructions: Instructions(onDeletion: .ask), at: at),
            AccessFact(.channelConnected, workspace, channel: channel, account: account, at: at)
        ])
        #expect(facts.workspace(workspace) == AccessFacts.Workspace(instructions: Instructions(onDeletion: .ask), isTerminated: false))
        #expect(facts.channel(channel)?.isEnded == false)
        #expect(facts.channel(channel)?.features == [])
        facts.take([AccessFact(.channelFeatures, workspace, channel: channel, features: [.comments], at: at)])
        #expect(facts.channel(channel)?.features == [.comments])
        facts.take([
            AccessFact(.channelEnded, workspace, channel: channel, account: account, at: at),
            AccessFact(.workspaceTerminated, workspace, at: at)
        ])
        #expect(facts.workspace(workspace) == AccessFacts.Workspace(instructions: Instructions(onDeletion: .ask), isTerminated: true))
        #expect(facts.channel(channel)?.isEnded == true)
        // Ended or not: a person may have been met there.
        #expect(facts.accounts(of: workspace) == [account])
        #expect(facts.accounts(of: WorkspaceID(rawValue: "ws_two")).isEmpty)
    }

    @Test func whatATerminatedWorkspaceInstructedDoesNotReviveIt() {
        let facts = AccessFacts()
        facts.take([
            AccessFact(.workspaceTerminated, workspace, at: at),
            AccessFact(.workspaceInstructed, workspace, instructions: Instructions(onDeletion: .ask), at: at)
        ])
        #expect(facts.workspace(workspace) == AccessFacts.Workspace(instructions: Instructions(onDeletion: .ask), isTerminated: true))
    }

    @Test func aProgramLeavesWhenItIsRemovedOrIsAnotherByNow() {
        let (facts, left) = (AccessFacts(), Names())
        let program = PeerRegistration("shop-gateway", .gateway)
        func added(at milliseconds: Int64) -> AccessFact {
            AccessFact(.peerAdded, nil, peer: program, at: Timestamp(rawValue: milliseconds))
        }
        facts.whenProgramsLeave { left.add($0) }
        facts.take([added(at: 1), AccessFact(.peerAdded, nil, peer: PeerRegistration("other", .gateway), at: at)])
        facts.take([added(at: 1)])
        #expect(left.all == [], "it is still the same")
        facts.take([AccessFact(.peerRemoved, nil, peer: program, at: at)])
        #expect(left.all == [["shop-gateway"]])
        facts.take([added(at: 2)])
        // Both at once, as a follower hears it that was cut off from intake.
        facts.take([added(at: 3)])
        #expect(left.all == [["shop-gateway"], ["shop-gateway"]])
        facts.take([added(at: 3)], anew: true)
        #expect(left.all.last == ["other"], "a feed that begins anew no longer knows it")
    }

    @Test func aRestartReplacesAllFactsAtOnce() {
        let facts = AccessFacts()
        let other = WorkspaceID(rawValue: "ws_two")
        facts.take([AccessFact(.workspaceOpened, workspace, instructions: Instructions(onDeletion: .ask), at: at)])
        facts.take([AccessFact(.workspaceOpened, other, instructions: Instructions(onDeletion: .erase), at: at)], anew: true)
        #expect(facts.workspace(workspace) == nil && facts.workspace(other) != nil)
    }

    @Test func nobodySeesARestartHalfTaken() async {
        let facts = AccessFacts()
        let opened = [AccessFact(.workspaceOpened, workspace, instructions: Instructions(onDeletion: .ask), at: at)]
        facts.take(opened)
        async let seenEmpty = Task.detached { [workspace] in (0..<100_000).contains { _ in facts.workspace(workspace) == nil } }.value
        for _ in 0..<100_000 { facts.take(opened, anew: true) }
        #expect(await !seenEmpty)
    }
}

private final class Names: @unchecked Sendable {  // Guarded by `lock`.
    private let lock = Lock()
    private var sets: [Set<String>] = []

    func add(_ names: Set<String>) { lock.withLock { sets.append(names) } }
    var all: [Set<String>] { lock.withLock { sets } }
}
