import ConversationStoreContracts
import Domain
import Erasure
import HandoffContextContracts
import HolderContracts
import SQLite
import TestKit
import Testing

@testable import HandoffContextService

@Suite struct HandoffContextStoreTests {
    private let folder: TemporaryFolder
    private let database: Database
    private let digester = ErasureDigester(peppers: [1: [UInt8](repeating: 7, count: 32)])
    private let store: HandoffContextStore
    private let workspace = WorkspaceID(rawValue: "ws_one")

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(
            path: folder.path("handoff-context.sqlite"), service: "handoff-context", migrations: HandoffContextMigrations.all)
        store = HandoffContextStore(digester: digester, clock: ManualTime())
    }

    private func change(_ conversation: Int64, _ participant: Int64, message: Int64) -> ConversationChange {
        ConversationChange(
            .messageReceived, workspace: workspace, conversation: ConversationID(rawValue: conversation),
            participant: ParticipantID(rawValue: participant), message: MessageID(rawValue: message),
            at: Timestamp(rawValue: message * 1000))
    }

    private func take(_ changes: [ConversationChange], sequence: Int64, restarted: Bool = false) throws -> Int64 {
        let response = ReadConversationFeed.Response(
            changes: changes, next: Cursor(epoch: "e1", sequence: sequence), restarted: restarted)
        return try database.writer.write("take") { try store.take(response, now: Timestamp(rawValue: 1_000_000), $0) }
    }

    private func sessions(_ subject: Subject) throws -> Int64 {
        try database.read { try store.collect(subject, $0).rows["sessions"] ?? 0 }
    }

    private func subject(_ participant: Int64) -> Subject {
        var subject = Subject(workspace: workspace)
        subject.participants = [ParticipantID(rawValue: participant)]
        return subject
    }

    @Test func effectAndCursorAreOneTransaction() throws {
        _ = try take([change(1, 10, message: 5)], sequence: 4)
        #expect(try database.read { try store.cursor($0) } == Cursor(epoch: "e1", sequence: 4))
        #expect(try sessions(subject(10)) == 1)
    }

    @Test func aChangeTakenTwiceIsOneSession() throws {
        _ = try take([change(1, 10, message: 5)], sequence: 4)
        _ = try take([change(1, 10, message: 5), change(1, 10, message: 4)], sequence: 5)
        #expect(try sessions(subject(10)) == 1)
    }

    @Test func aNewEpochBeginsAnew() throws {
        _ = try take([change(1, 10, message: 5)], sequence: 4)
        _ = try take([change(2, 11, message: 1)], sequence: 1, restarted: true)
        #expect(try sessions(subject(10)) == 0)
        #expect(try sessions(subject(11)) == 1)
    }

    @Test func anErasedParticipantStaysOutAndOthersDoNot() throws {
        _ = try take([change(1, 10, message: 5), change(2, 11, message: 6)], sequence: 2)
        let tombstone = digester.tombstone(.participant(ParticipantID(rawValue: 10)), cutoff: Timestamp(rawValue: 1))
        try database.writer.write("erase") { connection in
            try Tombstones.place([tombstone], now: Timestamp(rawValue: 1), connection)
            #expect(try store.erase(subject(10), connection) == ["sessions": 1, "snapshots": 0])
        }
        #expect(try take([change(1, 10, message: 7), change(2, 11, message: 8)], sequence: 4) == 1)
        #expect(try sessions(subject(10)) == 0)
        #expect(try sessions(subject(11)) == 1)
    }

    /// The control of the test above: without the tombstone the late change makes the session anew.
    @Test func withoutATombstoneALateChangeComesBack() throws {
        _ = try take([change(1, 10, message: 5)], sequence: 1)
        _ = try database.writer.write("erase") { try store.erase(subject(10), $0) }
        #expect(try take([change(1, 10, message: 7)], sequence: 2) == 0)
        #expect(try sessions(subject(10)) == 1)
    }

    @Test func anotherWorkspacesErasureTouchesNothing() throws {
        _ = try take([change(1, 10, message: 5)], sequence: 1)
        var foreign = Subject(workspace: WorkspaceID(rawValue: "ws_two"))
        foreign.participants = [ParticipantID(rawValue: 10)]
        foreign.conversations = [ConversationID(rawValue: 1)]
        let other = foreign
        #expect(try database.writer.write("erase") { try store.erase(other, $0) } == ["sessions": 0, "snapshots": 0])
        #expect(try sessions(subject(10)) == 1)
    }

    @Test func theLastConfigurationOfAnAssistantCounts() throws {
        for prompt in ["first", "second"] {
            try database.writer.write("configure") {
                try store.configure(Assistant(name: "Lumi", prompt: prompt), nil, of: workspace, now: Timestamp(rawValue: 1), $0)
            }
        }
        #expect(try database.read { try store.assistant(of: workspace, $0) } == Assistant(name: "Lumi", prompt: "second"))
        #expect(try database.read { try store.assistant(of: WorkspaceID(rawValue: "ws_two"), $0) } == nil)
    }
}
