import Domain
import HandoffContextContracts

/// Who carries one conversation on, as a value: bot → waiting → human → bot or closed (DESIGN §5).
///
/// It takes an event, changes itself, and says what is to be done; a refused event changes nothing. It knows no clock: whoever looks at a
/// session later asks `lapse(at:)` first.
struct Session: Equatable, Sendable {
    enum State: Equatable, Sendable {
        case bot
        case waiting(HandoffAsk)
        /// What led to it stays: the person has to answer to it.
        case human(Hold, HandoffAsk)
        case closed(at: Timestamp)
    }

    /// A person's hold on a conversation; one at a time.
    struct Hold: Equatable, Sendable {
        let member: MemberID
        let until: Timestamp
    }

    private(set) var state = State.bot
    /// Grows whenever the conversation passes to somebody else: a lease of an earlier turn has lost.
    private(set) var turn: Int64 = 0

    init() {}

    /// As it was stored.
    init(_ state: State, turn: Int64) {
        self.state = state
        self.turn = turn
    }

    /// When the hold on it ended, if that is over.
    func lapse(at now: Timestamp) -> Timestamp? {
        guard case .human(let hold, _) = state, hold.until <= now else { return nil }
        return hold.until
    }

    mutating func take(_ event: SessionEvent) throws(SessionRefusal) -> SessionAction {
        switch state {
        case .bot: try takeWithBot(event)
        case .waiting(let ask): try takeWaiting(ask, event)
        case .human(let hold, let ask): try takeHeld(hold, ask, event)
        case .closed(let since): try takeClosed(since, event)
        }
    }

    private mutating func takeWithBot(_ event: SessionEvent) throws(SessionRefusal) -> SessionAction {
        switch event {
        case .wrote, .lapsed, .released: return .nothing
        case .asked(let ask): return enter(.waiting(ask))
        case .accepted: throw .notWaiting
        case .resolved: throw .notHolder
        }
    }

    private mutating func takeWaiting(_ ask: HandoffAsk, _ event: SessionEvent) throws(SessionRefusal) -> SessionAction {
        switch event {
        case .wrote, .lapsed: return .nothing
        case .asked(let other): return enter(.waiting(ask.joined(with: other)))
        case .accepted(let taker, let until): return pass(to: .human(Hold(member: taker.member, until: until), ask))
        case .released, .resolved: throw .notHolder
        }
    }

    private mutating func takeHeld(_ hold: Hold, _ ask: HandoffAsk, _ event: SessionEvent) throws(SessionRefusal) -> SessionAction {
        switch event {
        // A person is there: that is all that can be asked for.
        case .wrote, .asked: return .nothing
        case .accepted(let taker, let until):
            if taker.member == hold.member { return enter(.human(Hold(member: hold.member, until: max(hold.until, until)), ask)) }
            guard taker.mayTakeOver else { throw .heldByAnother }
            return pass(to: .human(Hold(member: taker.member, until: until), ask))
        case .lapsed(let at): return pass(to: .waiting(ask.waiting(since: at)))
        case .released(let taker):
            guard taker.member == hold.member || taker.mayTakeOver else { throw .notHolder }
            return pass(to: .bot)
        case .resolved(let taker, let at):
            guard taker.member == hold.member || taker.mayTakeOver else { throw .notHolder }
            return pass(to: .closed(at: at))
        }
    }

    private mutating func takeClosed(_ since: Timestamp, _ event: SessionEvent) throws(SessionRefusal) -> SessionAction {
        switch event {
        // What was under way when the conversation was closed does not open it.
        case .wrote(let at): return at > since ? pass(to: .bot) : .nothing
        case .asked(let ask): return pass(to: .waiting(ask))
        case .accepted: throw .notWaiting
        case .lapsed, .resolved: return .nothing
        case .released: throw .notHolder
        }
    }

    private mutating func enter(_ next: State) -> SessionAction {
        if next == state { return .nothing }
        state = next
        return .store
    }

    /// Enters a state in which somebody else may answer.
    private mutating func pass(to next: State) -> SessionAction {
        turn += 1
        return enter(next)
    }
}

/// Something that happens to a session.
enum SessionEvent: Equatable, Sendable {
    /// The person wrote.
    case wrote(at: Timestamp)
    case asked(HandoffAsk)
    case accepted(by: Taker, until: Timestamp)
    /// The hold ended without a word of its holder.
    case lapsed(at: Timestamp)
    case released(by: Taker)
    case resolved(by: Taker, at: Timestamp)
}

/// One of the customer's people, as far as a session cares.
struct Taker: Equatable, Sendable {
    let member: MemberID
    /// Managers, admins and owners.
    let mayTakeOver: Bool
}

enum SessionAction: Equatable, Sendable { case nothing, store }

/// Why an event is refused; each is a refusal of the request that brought it.
enum SessionRefusal: String, Error, Equatable {
    case notWaiting, heldByAnother, notHolder

    var message: String {
        switch self {
        case .notWaiting: "nobody asked for a person here: do so with handoff.request"
        case .heldByAnother: "somebody else holds the conversation: a manager may take it over, others once their lease has ended"
        case .notHolder: "only who holds the conversation, or a manager, may do this"
        }
    }
}

extension HandoffAsk {
    /// Two asks are one: as urgent as the more urgent, whose reason counts, and as old as the older. The order in which they came is no
    /// matter.
    func joined(with other: HandoffAsk) -> HandoffAsk {
        let leads = precedence < other.precedence ? other : self
        return leads.waiting(since: min(since, other.since))
    }

    func waiting(since: Timestamp) -> HandoffAsk {
        var ask = self
        ask.since = since
        return ask
    }

    /// The more urgent first; what is left only makes the order one. Not by age, which a join changes.
    private var precedence: (Int64, String, String, Int64) { (priority.rank, reason.rawValue, asker.rawValue, message?.rawValue ?? 0) }
}
