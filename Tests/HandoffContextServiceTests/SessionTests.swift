import Domain
import HandoffContextContracts
import TestKit
import Testing

@testable import HandoffContextService

@Suite struct SessionTests {
    private static let ada = Taker(member: MemberID(rawValue: "mem_ada"), mayTakeOver: false)
    private static let bea = Taker(member: MemberID(rawValue: "mem_bea"), mayTakeOver: false)
    private static let chief = Taker(member: MemberID(rawValue: "mem_chief"), mayTakeOver: true)

    private static func at(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: seconds * 1000) }

    private static func ask(_ priority: HandoffPriority = .normal, since: Int64 = 10, _ reason: HandoffReason = .keyword) -> HandoffAsk {
        HandoffAsk(asker: .rule, reason: reason, priority: priority, since: at(since))
    }

    private static func human(_ taker: Taker, until: Int64) -> Session.State {
        .human(Session.Hold(member: taker.member, until: at(until)), ask())
    }

    /// What a state makes of an event: another state, whether the turn passes, or a refusal.
    struct Row: Sendable, CustomTestStringConvertible {
        let state: Session.State
        let event: SessionEvent
        let next: Session.State?
        let passes: Bool
        let refusal: SessionRefusal?

        init(_ state: Session.State, _ event: SessionEvent, _ next: Session.State, passes: Bool = false) {
            (self.state, self.event, self.next, self.passes, refusal) = (state, event, next, passes, nil)
        }

        init(_ state: Session.State, _ event: SessionEvent, refused refusal: SessionRefusal) {
            (self.state, self.event, self.refusal, next, passes) = (state, event, refusal, nil, false)
        }

        var testDescription: String { "\(state.word.rawValue): \(event)" }
    }

    /// Every state with every event, written by hand.
    static let table: [Row] =
        [
            Row(.bot, .wrote(at: at(20)), .bot),
            Row(.bot, .asked(ask()), .waiting(ask())),
            Row(.bot, .accepted(by: ada, until: at(90)), refused: .notWaiting),
            Row(.bot, .lapsed(at: at(20)), .bot),
            Row(.bot, .released(by: ada), .bot),
            Row(.bot, .resolved(by: chief, at: at(20)), refused: .notHolder)
        ] + [
            Row(.waiting(ask()), .wrote(at: at(20)), .waiting(ask())),
            Row(.waiting(ask()), .asked(ask(.urgent, since: 20, .comment)), .waiting(ask(.urgent, since: 10, .comment))),
            Row(.waiting(ask()), .asked(ask(.low, since: 5, .comment)), .waiting(ask(.normal, since: 5))),
            Row(.waiting(ask()), .accepted(by: ada, until: at(90)), human(ada, until: 90), passes: true),
            Row(.waiting(ask()), .lapsed(at: at(20)), .waiting(ask())),
            Row(.waiting(ask()), .released(by: chief), refused: .notHolder),
            Row(.waiting(ask()), .resolved(by: chief, at: at(20)), refused: .notHolder)
        ] + [
            Row(human(ada, until: 90), .wrote(at: at(20)), human(ada, until: 90)),
            Row(human(ada, until: 90), .asked(ask(.urgent)), human(ada, until: 90)),
            Row(human(ada, until: 90), .accepted(by: ada, until: at(120)), human(ada, until: 120)),
            Row(human(ada, until: 90), .accepted(by: ada, until: at(60)), human(ada, until: 90)),
            Row(human(ada, until: 90), .accepted(by: bea, until: at(120)), refused: .heldByAnother),
            Row(human(ada, until: 90), .accepted(by: chief, until: at(120)), human(chief, until: 120), passes: true),
            Row(human(ada, until: 90), .lapsed(at: at(90)), .waiting(ask(since: 90)), passes: true),
            Row(human(ada, until: 90), .released(by: ada), .bot, passes: true),
            Row(human(ada, until: 90), .released(by: chief), .bot, passes: true),
            Row(human(ada, until: 90), .released(by: bea), refused: .notHolder),
            Row(human(ada, until: 90), .resolved(by: ada, at: at(50)), .closed(at: at(50)), passes: true),
            Row(human(ada, until: 90), .resolved(by: chief, at: at(50)), .closed(at: at(50)), passes: true),
            Row(human(ada, until: 90), .resolved(by: bea, at: at(50)), refused: .notHolder)
        ] + [
            Row(.closed(at: at(50)), .wrote(at: at(51)), .bot, passes: true),
            Row(.closed(at: at(50)), .wrote(at: at(50)), .closed(at: at(50))),
            Row(.closed(at: at(50)), .asked(ask()), .waiting(ask()), passes: true),
            Row(.closed(at: at(50)), .accepted(by: ada, until: at(90)), refused: .notWaiting),
            Row(.closed(at: at(50)), .lapsed(at: at(60)), .closed(at: at(50))),
            Row(.closed(at: at(50)), .released(by: chief), refused: .notHolder),
            Row(.closed(at: at(50)), .resolved(by: chief, at: at(60)), .closed(at: at(50)))
        ]

    @Test(arguments: table)
    func everyStateAnswersEveryEvent(row: Row) {
        let before = Session(row.state, turn: 7)
        var session = before
        do throws(SessionRefusal) {
            let action = try session.take(row.event)
            #expect(session.state == row.next)
            #expect(session.turn == (row.passes ? 8 : 7))
            #expect((action == .store) == (session != before))
            #expect(row.refusal == nil)
        } catch {
            #expect(error == row.refusal)
            #expect(session == before)
        }
    }

    @Test func aHoldIsOverWhenItsTimeIsAndNotBefore() {
        let session = Session(SessionTests.human(SessionTests.ada, until: 90), turn: 1)
        #expect(session.lapse(at: Timestamp(rawValue: 89_999)) == nil)
        #expect(session.lapse(at: Timestamp(rawValue: 90_000)) == SessionTests.at(90))
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func asksInAnyOrderAreOneAsk(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let asks = (0..<6).map { _ in SessionTests.anyAsk(&random) }
        let expected = try SessionTests.session(after: asks)
        for _ in 0..<20 {
            #expect(try SessionTests.session(after: asks.shuffled(using: &random)) == expected)
        }
    }

    /// Whatever happens, in whatever order: who holds got it by accepting, a refusal changes nothing, and nobody answers under a turn that
    /// somebody else has had since.
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func anyOrderOfEventsKeepsTheRules(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var session = Session()
        var now: Int64 = 0
        var holderOfTurn: [Int64: MemberID] = [:]
        for _ in 0..<200 {
            now += Int64.random(in: 0...40, using: &random)
            if let lapse = session.lapse(at: SessionTests.at(now)) {
                do throws(SessionRefusal) { _ = try session.take(.lapsed(at: lapse)) } catch { Issue.record("a lapse is never refused") }
            }
            let before = session
            let event = SessionTests.anyEvent(now, &random)
            do throws(SessionRefusal) {
                _ = try session.take(event)
            } catch {
                #expect(session == before)
            }
            #expect(session.turn >= before.turn)
            guard case .human(let hold, _) = session.state else { continue }
            #expect(holderOfTurn[session.turn, default: hold.member] == hold.member, "two held the same turn")
            holderOfTurn[session.turn] = hold.member
            if before.state != session.state, case .accepted(let taker, _) = event { #expect(taker.member == hold.member) }
            #expect(hold.until > SessionTests.at(now) || before == session)
        }
    }

    private static func session(after asks: [HandoffAsk]) throws -> Session {
        var session = Session()
        for ask in asks { _ = try session.take(.asked(ask)) }
        return session
    }

    private static func anyAsk(_ random: inout SeededGenerator) -> HandoffAsk {
        HandoffAsk(
            asker: HandoffAsker.allCases.randomElement(using: &random) ?? .rule,
            reason: HandoffReason.allCases.randomElement(using: &random) ?? .other,
            priority: HandoffPriority.allCases.randomElement(using: &random) ?? .low, since: at(Int64.random(in: 0...9, using: &random)),
            message: MessageID(rawValue: Int64.random(in: 1...9, using: &random)))
    }

    private static func anyEvent(_ now: Int64, _ random: inout SeededGenerator) -> SessionEvent {
        let taker = [ada, bea, chief].randomElement(using: &random) ?? ada
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .wrote(at: at(now))
        case 1: return .asked(anyAsk(&random))
        case 2, 3: return .accepted(by: taker, until: at(now + 60))
        case 4: return .released(by: taker)
        default: return .resolved(by: taker, at: at(now))
        }
    }
}
