import Access
import Domain
import Glibc
import HandoffContextContracts
import Policy
import SQLite
import TestKit
import Testing
import Threads
import Wire

@testable import HandoffContextService

/// From a request to the queue, to a person, and back.
@Suite struct HandoverTests {
    private let fixture: HandoffFixture
    private let workspace = HandoffFixture.workspace

    init() throws { fixture = try HandoffFixture() }

    private func ask(_ id: ConversationID, _ priority: HandoffPriority = .normal, reason: HandoffReason = .other) -> RequestHandoff {
        RequestHandoff(workspace: workspace, conversation: id, reason: reason, priority: priority)
    }

    private func accept(_ id: ConversationID) -> AcceptHandoff { AcceptHandoff(workspace: workspace, conversation: id) }

    private func queue() throws -> [ConversationID] {
        try fixture.call(ReadQueue(workspace: workspace, limit: 10), as: .agent).answer().entries.map(\.conversation)
    }

    private func context(_ id: ConversationID, as role: Role, for audience: ReadContext.Audience) -> Outcome<ReadContext> {
        fixture.call(ReadContext(workspace: workspace, conversation: id, audience: audience, tokenBudget: 1000), as: role)
    }

    @Test func intakeHearsOfEachTurnBeforeWhoeverTookIt() throws {
        let (id, other) = (fixture.store.put(1, "Hello?"), fixture.store.put(2, "Hello?"))
        func turns() -> [Int64] { fixture.accounts.passedTurns.filter { $0.conversation == id }.map(\.turn) }
        _ = try fixture.call(ask(id), as: .assistant).answer()
        #expect(turns() == [])
        _ = try fixture.call(accept(id), as: .agent).answer()
        #expect(turns() == [1])
        _ = try fixture.call(accept(id), as: .owner).answer()
        #expect(turns() == [1, 2])
        _ = try fixture.call(ReleaseHandoff(workspace: workspace, conversation: id), as: .owner).answer()
        #expect(turns() == [1, 2, 3])
        // Nobody waits for intake.
        fixture.accounts.becomeDeaf()
        _ = try fixture.call(ask(other), as: .assistant).answer()
        _ = try fixture.call(accept(other), as: .agent).answer()
        #expect(fixture.accounts.passedTurns.allSatisfy { $0.conversation == id && $0.workspace == workspace })
    }

    @Test func aConversationPassesFromTheAssistantToAPersonAndBack() throws {
        let id = fixture.store.put(1, "Hello?")
        let leases = LeaseKeys(try fixture.process.keys.leaseKeys())
        let withBot = try context(id, as: .assistant, for: .assistant).answer()
        let ofBot = try #require(leases.prove(withBot.lease?.text ?? "", for: PlayedStore.alias(1)))
        #expect(ofBot.holder == .assistant && ofBot.member == fixture.member(.assistant) && withBot.state == .bot)

        let asked = try fixture.call(ask(id, reason: .personAsked), as: .assistant).answer()
        #expect(asked.state == .waiting && asked.ask?.asker == .person)
        let entries = try fixture.call(ReadQueue(workspace: workspace, limit: 10), as: .agent).answer().entries
        #expect(entries.map(\.conversation) == [id] && entries.map(\.participant) == [ParticipantID(rawValue: 1)])
        #expect(entries[0].waitedMilliseconds >= 0)
        // Nobody is there yet: the assistant goes on, and knows that somebody is asked for.
        #expect(try context(id, as: .assistant, for: .assistant).answer().ask == asked.ask)

        let accepted = try fixture.call(accept(id), as: .agent).answer()
        let ofAgent = try #require(leases.prove(accepted.lease.text, for: PlayedStore.alias(1)))
        #expect(ofAgent.holder == .person && ofAgent.member == fixture.member(.agent) && ofAgent.turn > ofBot.turn)
        #expect(try queue() == [])
        #expect(refusal(context(id, as: .assistant, for: .assistant)) == .heldByPerson)
        #expect(refusal(context(id, as: .assistant, for: .human)) == .heldByPerson, "an assistant in disguise")
        let forAgent = try context(id, as: .agent, for: .human).answer()
        #expect(forAgent.state == .human && forAgent.ask == asked.ask && forAgent.lease == nil)

        _ = try fixture.call(ReleaseHandoff(workspace: workspace, conversation: id), as: .agent).answer()
        let again = try context(id, as: .assistant, for: .assistant).answer()
        #expect(again.state == .bot && again.ask == nil)
        #expect(try #require(leases.prove(again.lease?.text ?? "", for: PlayedStore.alias(1))).turn > ofAgent.turn)
    }

    @Test func whoseDataIsRestrictedHasNoContextForAnybody() throws {
        let id = fixture.store.put(1, "Hello?")
        fixture.store.restrict(id, at: Timestamp(rawValue: 1))
        #expect(refusal(context(id, as: .assistant, for: .assistant)) == .participantRestricted)
        #expect(refusal(context(id, as: .agent, for: .human)) == .participantRestricted)

        fixture.store.restrict(id, at: nil)
        _ = try context(id, as: .assistant, for: .assistant).answer()
    }

    @Test func aClosedConversationIsNotAnsweredByTheAssistant() throws {
        let id = fixture.store.put(1, "Hello?")
        _ = try fixture.call(ask(id), as: .agent).answer()
        _ = try fixture.call(accept(id), as: .agent).answer()
        _ = try fixture.call(ResolveHandoff(workspace: workspace, conversation: id), as: .agent).answer()

        #expect(refusal(context(id, as: .assistant, for: .assistant)) == .conversationClosed)
        // Closing it once more is no other thing; an agent still reads it.
        _ = try fixture.call(ResolveHandoff(workspace: workspace, conversation: id), as: .agent).answer()
        #expect(try context(id, as: .agent, for: .human).answer().state == .closed)
    }

    @Test func theQueueIsByUrgencyAndThenByAge() throws {
        for (number, priority) in [(1, HandoffPriority.normal), (2, .low), (3, .urgent), (4, .normal)] as [(Int64, HandoffPriority)] {
            _ = try fixture.call(ask(fixture.store.put(number, "Hello?"), priority), as: .agent).answer()
        }
        #expect(try queue().map(\.rawValue) == [3, 1, 4, 2])

        _ = try fixture.call(ask(ConversationID(rawValue: 2), .urgent), as: .assistant).answer()

        #expect(try queue().map(\.rawValue) == [2, 3, 1, 4], "older than the other urgent one")
        let page = try fixture.call(ReadQueue(workspace: workspace, limit: 2), as: .agent).answer()
        #expect(page.entries.count == 2 && page.waiting == 4)
    }

    @Test func whoDoesNotHoldAConversationIsTold() throws {
        let id = fixture.store.put(1, "Hello?")
        #expect(refusal(fixture.call(accept(id), as: .agent)) == .notWaiting)
        _ = try fixture.call(ask(id), as: .agent).answer()
        #expect(refusal(fixture.call(ResolveHandoff(workspace: workspace, conversation: id), as: .agent)) == .notHolder)
        _ = try fixture.call(accept(id), as: .agent).answer()

        #expect(refusal(fixture.call(accept(id), token: fixture.otherAgent)) == .heldByAnother)
        #expect(refusal(fixture.call(ReleaseHandoff(workspace: workspace, conversation: id), token: fixture.otherAgent)) == .notHolder)
        #expect(refusal(fixture.call(ResolveHandoff(workspace: workspace, conversation: id), token: fixture.otherAgent)) == .notHolder)
        // A manager may.
        _ = try fixture.call(accept(id), as: .manager).answer()
        #expect(refusal(fixture.call(accept(id), as: .agent)) == .heldByAnother)
        _ = try fixture.call(ReleaseHandoff(workspace: workspace, conversation: id), as: .owner).answer()
    }

    @Test func aConversationOfNobodysIsUnknownToAll() throws {
        let none = ConversationID(rawValue: 404)
        #expect(refusal(fixture.call(ask(none), as: .agent)) == .unknownConversation)
        #expect(refusal(fixture.call(accept(none), as: .agent)) == .unknownConversation)
        #expect(refusal(fixture.call(ReleaseHandoff(workspace: workspace, conversation: none), as: .agent)) == .unknownConversation)
        #expect(refusal(fixture.call(ResolveHandoff(workspace: workspace, conversation: none), as: .agent)) == .unknownConversation)
        // Another workspace's agent names their own workspace, and finds nothing there.
        let id = fixture.store.put(1, "Hello?")
        _ = try fixture.call(ask(id), as: .agent).answer()
        let foreign = WorkspaceID(rawValue: "ws_other")
        #expect(
            refusal(fixture.call(ResolveHandoff(workspace: foreign, conversation: id), token: fixture.stranger)) == .unknownConversation)
        #expect(try fixture.call(ReadQueue(workspace: foreign, limit: 9), token: fixture.stranger).answer() == ReadQueue.Response())
        #expect(try queue() == [id])
    }

    @Test(arguments: [Role.assistant, .analyst])
    func onlyPeopleWhoCarryConversationsTakeThem(role: Role) throws {
        let id = fixture.store.put(1, "Hello?")
        _ = try fixture.call(ask(id), as: .agent).answer()
        #expect(isForbidden(fixture.call(accept(id), as: role)))
        #expect(isForbidden(fixture.call(ReleaseHandoff(workspace: workspace, conversation: id), as: role)))
        #expect(isForbidden(fixture.call(ResolveHandoff(workspace: workspace, conversation: id), as: role)))
        #expect(isForbidden(fixture.call(ReadQueue(workspace: workspace, limit: 1), as: role)))
        #expect(isForbidden(fixture.call(ask(id), as: .analyst)))
        #expect(!isForbidden(fixture.call(accept(id), as: .agent)))
    }

    /// Two agents race for the same conversations; each is had by exactly one, whose lease says so.
    @Test func twoAgentsNeverHoldOneConversation() throws {
        let ids = try (1...40 as ClosedRange<Int64>).map { number in
            let id = fixture.store.put(number, "Hello?")
            _ = try fixture.call(ask(id), as: .agent).answer()
            return id
        }
        let won = Won()
        let threads = [fixture.otherAgent, nil].flatMap { token in [ids, ids.reversed()].map { (token, $0) } }.map { token, ids in
            Thread("agent") { [fixture] in
                for id in ids {
                    let outcome = token.map { fixture.call(accept(id), token: $0) } ?? fixture.call(accept(id), as: .agent)
                    if case .ok = outcome { won.add(id, token == nil ? "first" : "second") }
                }
            }
        }
        for thread in threads { thread.join() }

        for id in ids { #expect(won.holders(of: id).count == 1, "conversation \(id.rawValue)") }
        #expect(try queue() == [])
    }

    private func refusal<R: Request>(_ outcome: Outcome<R>) -> R.Refusal? {
        if case .refused(let reason, _) = outcome { return reason }
        return nil
    }

    private func isForbidden<R: Request>(_ outcome: Outcome<R>) -> Bool {
        if case .fault(let fault) = outcome { return fault.code == .forbidden }
        return false
    }
}

/// Who was told that they hold a conversation, from any thread.
private final class Won: @unchecked Sendable {  // Guarded by `lock`.
    private let lock = Lock()
    private var names: [ConversationID: Set<String>] = [:]

    func add(_ id: ConversationID, _ name: String) { _ = lock.withLock { names[id, default: []].insert(name) } }
    func holders(of id: ConversationID) -> Set<String> { lock.withLock { names[id] ?? [] } }
}
