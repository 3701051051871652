import ConversationStoreContracts
import Domain
import Erasure
import HandoffContextContracts
import HolderContracts
import Policy
import SQLite
import TestKit
import Testing
import Wire

@testable import HandoffContextService

/// What is kept of a context that was given.
@Suite struct SnapshotTests {
    private let fixture: HandoffFixture
    private let workspace = HandoffFixture.workspace
    private let digester: ErasureDigester
    private let store: HandoffContextStore
    private let now = Timestamp(rawValue: 1_768_471_200_000)

    init() throws {
        fixture = try HandoffFixture()
        digester = ErasureDigester(peppers: try fixture.process.keys.peppers())
        store = HandoffContextStore(digester: digester, clock: ManualTime())
    }

    private func read(_ id: ConversationID, for audience: ReadContext.Audience = .assistant) -> Outcome<ReadContext> {
        let request = ReadContext(workspace: workspace, conversation: id, audience: audience, tokenBudget: 1000)
        return fixture.call(request, as: audience == .assistant ? .assistant : .agent)
    }

    private func snapshots() throws -> [(conversation: Int64, messages: String)] {
        var found: [(Int64, String)] = []
        try fixture.database.read { connection in
            try connection.each("SELECT conversation, messages FROM snapshots ORDER BY id") { row in
                found.append((row.int(0), String(decoding: row.blob(1), as: UTF8.self)))
            }
        }
        return found
    }

    private func take(_ changes: ConversationChange...) throws {
        let page = ReadConversationFeed.Response(changes: changes, next: Cursor(epoch: "e1", sequence: 9), restarted: false)
        _ = try fixture.database.writer.write("take") { try store.take(page, now: now, $0) }
    }

    private func change(_ kind: ConversationChange.Kind, _ id: ConversationID, at time: Timestamp? = nil) -> ConversationChange {
        ConversationChange(
            kind, workspace: workspace, conversation: id, participant: ParticipantID(rawValue: id.rawValue),
            message: MessageID(rawValue: 1), at: time ?? now)
    }

    private func subject(_ participant: Int64) -> Subject {
        var subject = Subject(workspace: workspace)
        subject.participants = [ParticipantID(rawValue: participant)]
        return subject
    }

    @Test func whatWasGivenIsKeptAsReferencesAlone() throws {
        let id = fixture.store.put(1, "My secret is Zanzibar. Where is it?")
        _ = try read(id).answer()
        _ = try read(id, for: .human).answer()

        let kept = try snapshots()
        #expect(kept.map(\.messages) == Array(repeating: #"{"messages":[100]}"#, count: 2))
        for table in try fixture.database.read("tables", tables) {
            #expect(try !dump(table).contains("Zanzibar"), "\(table)")
        }
    }

    @Test func aWithdrawnMessageTakesTheSnapshotsOfItsConversationAndNoOthers() throws {
        let (one, other) = (fixture.store.put(1, "Hello"), fixture.store.put(2, "Hello"))
        _ = try read(one).answer()
        _ = try read(other).answer()

        try take(change(.activityRecorded, one))
        #expect(try snapshots().count == 2)
        try take(change(.messageWithdrawn, one))

        #expect(try snapshots().map(\.conversation) == [2])
    }

    @Test func snapshotsGoThirtyDaysAfterTheirConversationClosedOrFellSilent() throws {
        let day: Int64 = 86_400_000
        let (closed, silent, open) = (fixture.store.put(1, "Hello"), fixture.store.put(2, "Hello"), fixture.store.put(3, "Hello"))
        for id in [closed, silent, open] { _ = try read(id).answer() }
        let given = fixture.process.system.clock.now
        @Sendable func later(_ days: Int64) -> Timestamp { given.adding(milliseconds: days * day) }
        try take(
            change(.messageReceived, closed, at: given), change(.messageReceived, silent, at: later(5)),
            change(.messageReceived, open, at: later(50)))
        let agent = Taker(member: MemberID(rawValue: "mem_ada"), mayTakeOver: false)
        try fixture.database.writer.write("close") { connection in
            let ask = HandoffAsk(asker: .agent, reason: .other, priority: .low, since: given)
            try store.act(.asked(ask), on: closed, now: given, connection)
            try store.act(.accepted(by: agent, until: later(11)), on: closed, now: given, connection)
            try store.act(.resolved(by: agent, at: later(10)), on: closed, now: given, connection)
        }
        func expire(_ days: Int64) throws -> [Int64] {
            let coordinator = LocalTransport(fixture.process.router, as: .deletionCoordinator)
            _ = try coordinator.call(ExpireData(rule: .handoffContext, until: later(days - 30))).answer()
            return try snapshots().map(\.conversation)
        }
        #expect(try expire(34) == [1, 2, 3])
        #expect(try expire(36) == [1, 3])
        #expect(try expire(41) == [3])
        #expect(try expire(79) == [3])
        #expect(try expire(81) == [])
    }

    @Test func aShorterLengthEndsSilentSessionsAndTheirContextsAndNoOthers() throws {
        let (silent, live) = (fixture.store.put(1, "Hello"), fixture.store.put(2, "Hello"))
        for id in [silent, live] { _ = try read(id).answer() }
        let given = fixture.process.system.clock.now
        try take(
            change(.messageReceived, silent, at: given), change(.messageReceived, live, at: given.adding(milliseconds: 86_400_000)))
        let coordinator = LocalTransport(fixture.process.router, as: .deletionCoordinator)
        func expire(of workspace: WorkspaceID?) throws -> [String: Int64] {
            try coordinator.call(ExpireData(rule: .messengerData, until: given, workspace: workspace)).answer().rows
        }
        #expect(try expire(of: nil) == [:] && expire(of: WorkspaceID(rawValue: "ws_nobody")) == [:])
        #expect(try expire(of: HandoffFixture.workspace) == ["snapshots": 2, "sessions": 1])
        #expect(try fixture.database.read { try $0.first("SELECT conversation FROM sessions") { $0.int(0) } } == live.rawValue)
    }

    @Test func anErasureTakesThePersonsSnapshotsAndSessionsAndNobodyElses() throws {
        for number in [1, 2] as [Int64] {
            let id = fixture.store.put(number, "Hello")
            _ = try fixture.call(RequestHandoff(workspace: workspace, conversation: id, reason: .other, priority: .low), as: .agent)
                .answer()
            _ = try read(id).answer()
        }
        #expect(try fixture.database.read { try store.collect(subject(1), $0).rows } == ["sessions": 1, "snapshots": 1])

        let erased = try fixture.database.writer.write("erase") { try store.erase(subject(1), $0) }

        #expect(erased == ["sessions": 1, "snapshots": 1])
        #expect(try fixture.database.read { try store.collect(subject(1), $0).rows } == ["sessions": 0, "snapshots": 0])
        #expect(try snapshots().map(\.conversation) == [2])
    }

    /// Messages of an erased person that are on their way to a context leave nothing here.
    @Test func nothingIsGivenOfAPersonWhoWasErasedMeanwhile() throws {
        let id = fixture.store.put(1, "Hello")
        let tombstone = digester.tombstone(.participant(ParticipantID(rawValue: 1)), cutoff: now)
        try fixture.database.writer.write("erase") { try Tombstones.place([tombstone], now: now, $0) }
        guard case .refused(.unknownConversation, _) = read(id) else {
            Issue.record("an erased person's context was given")
            return
        }
        #expect(try snapshots().isEmpty)
        // Control: without the tombstone it is given.
        _ = try read(fixture.store.put(2, "Hello")).answer()
        #expect(try snapshots().count == 1)
    }

    /// Between the look at the session and the commit a person may accept.
    @Test func aContextIsNotGivenToTheAssistantOnceAPersonHoldsTheConversation() throws {
        let place = SessionPlace(conversation: ConversationID(rawValue: 1), workspace: workspace, participant: ParticipantID(rawValue: 1))
        let agent = Taker(member: MemberID(rawValue: "mem_ada"), mayTakeOver: false)
        try take(change(.messageReceived, place.conversation))
        try fixture.database.writer.write("hand over") { connection in
            let ask = HandoffAsk(asker: .agent, reason: .other, priority: .low, since: now)
            try store.act(.asked(ask), on: place.conversation, now: now, connection)
            try store.act(.accepted(by: agent, until: now.adding(milliseconds: 1000)), on: place.conversation, now: now, connection)
        }
        #expect(throws: Handoff.Refused<ReadContext>.self) {
            try fixture.database.writer.write("give") { try store.give(HandoffContext(), to: .assistant, of: place, now: now, $0) }
        }
        // To a person it is, and to the assistant once the lease is over.
        try fixture.database.writer.write("give") { try store.give(HandoffContext(), to: .human, of: place, now: now, $0) }
        let over = now.adding(milliseconds: 1000)
        try fixture.database.writer.write("give") { try store.give(HandoffContext(), to: .assistant, of: place, now: over, $0) }
        #expect(try snapshots().count == 2)
    }

    private func tables(_ connection: Connection) throws -> [String] {
        var names: [String] = []
        try connection.each("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'") { names.append($0.text(0)) }
        return names
    }

    private func dump(_ table: String) throws -> String {
        var text = ""
        try fixture.database.read { connection in
            var columns: [String] = []
            try connection.each("SELECT name FROM pragma_table_info('\(table)')") { columns.append($0.text(0)) }
            let all = columns.map { "coalesce(CAST(\($0) AS TEXT), '')" }.joined(separator: " || ' ' || ")
            try connection.each("SELECT \(all) FROM \(table)") { text += $0.text(0) + "\n" }
        }
        return text
    }
}
