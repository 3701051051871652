import ConversationStoreContracts
import Domain
import Testing
import Threads
import Wire

/// Stands for conversation-store: keeps what it is given, and answers as a test says. At first it answers nothing.
final class FakeConversationStore: @unchecked Sendable {  // Guarded by `lock`.
    enum Behaviour: Equatable {
        case silent
        case takes
        /// Takes the events and then loses its answer.
        case takesWithoutAnswer
        case isDown
        case refuses
        /// Nothing of a batch that has one of these.
        case takesNoBatchWith(Set<String>)
        case forbids
    }

    private let lock = Lock()
    private let changed: Condition
    private let router = Router(service: "conversation-store")
    private var given: [AppendEvents] = []
    private var attempts = 0
    private var held: [(AppendEvents, Reply<AppendEvents>)] = []
    private var behaviour = Behaviour.silent

    init() {
        changed = Condition(lock)
        router.on(AppendEvents.self) { [unowned self] in append($0, $1) }
    }

    var transport: any Transport { LocalTransport(router, as: .intake) }

    /// How often it was asked, whatever it answered.
    var attemptCount: Int { lock.withLock { attempts } }

    /// What it took, in order.
    var requests: [AppendEvents] { lock.withLock { given } }
    var events: [ChannelEvent] { requests.flatMap(\.events) }

    /// Takes what was left unanswered so far; what comes then is left unanswered again.
    func takeHeld() {
        let waiting = lock.withLock {
            defer { held = [] }
            return held
        }
        for (request, reply) in waiting { answer(request, reply, .takes) }
    }

    /// From now on; what was left unanswered is answered so too.
    func behave(_ behaviour: Behaviour) {
        let waiting = lock.withLock {
            self.behaviour = behaviour
            defer { if behaviour != .silent { held = [] } }
            return behaviour == .silent ? [] : held
        }
        for (request, reply) in waiting { answer(request, reply, behaviour) }
    }

    /// Blocks until so many events were taken.
    func waitForEvents(_ count: Int) { wait("\(count) events") { self.given.reduce(0) { $0 + $1.events.count } >= count } }

    /// Blocks until it was asked so often, whatever it answered.
    func waitForAttempts(_ count: Int) { wait("\(count) requests") { self.attempts >= count } }

    /// A relay that stands still is a failure and no hang.
    private func wait(_ what: String, until isReached: () -> Bool) {
        lock.withLock {
            while !isReached() {
                guard changed.wait(milliseconds: 30_000) else {
                    Issue.record("the store did not get \(what) in 30 s")
                    return
                }
            }
        }
    }

    private func append(_ request: AppendEvents, _ reply: Reply<AppendEvents>) {
        let behaviour = lock.withLock {
            attempts += 1
            if self.behaviour == .silent { held.append((request, reply)) }
            changed.broadcast()
            return self.behaviour
        }
        if behaviour != .silent { answer(request, reply, behaviour) }
    }

    private func answer(_ request: AppendEvents, _ reply: Reply<AppendEvents>, _ behaviour: Behaviour) {
        switch behaviour {
        case .silent: break
        case .takes:
            take(request)
            reply.ok(AppendEvents.Response(stored: Int64(request.events.count), repeated: 0, keptOut: 0))
        case .takesWithoutAnswer:
            take(request)
            reply.fault(.deadlineExceeded, "the answer was lost")
        case .isDown: reply.fault(.unavailable, "down")
        case .takesNoBatchWith(let ids):
            if request.events.contains(where: { ids.contains($0.id) }) { return reply.fault(.malformed, "events: not like this") }
            answer(request, reply, .takes)
        case .forbids: reply.fault(.forbidden, "not you")
        case .refuses: reply.refuse(.workspaceTerminated, "ended")
        }
    }

    private func take(_ request: AppendEvents) {
        lock.withLock {
            given.append(request)
            changed.broadcast()
        }
    }
}
