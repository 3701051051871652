import Net
import Policy
import Testing
import Threads
import Wire

/// Answered at once with what it carries.
struct EchoText: Request {
    static let contract = Contract(
        "test.echo", purpose: .maintainSecurity, repeats: .harmless, deadlineMilliseconds: 20_000, callers: Peer.allCases)
    typealias Response = EchoText
    var text = ""

    init() {}
    init(_ text: String) { self.text = text }

    mutating func visit(_ fields: inout FieldVisitor) { fields.field("text", &text, max: 4_000_000) }
}

/// Answered when the test says so; may be repeated.
struct HoldText: Request {
    static let contract = Contract(
        "test.hold", purpose: .maintainSecurity, repeats: .harmless, deadlineMilliseconds: 20_000, callers: Peer.allCases)
    typealias Response = EchoText
    var text = ""

    init() {}
    init(_ text: String) { self.text = text }

    mutating func visit(_ fields: inout FieldVisitor) { fields.field("text", &text, max: 4_000_000) }
}

/// Answered when the test says so; never repeated.
struct HoldOnce: Request {
    static let contract = Contract(
        "test.holdOnce", purpose: .maintainSecurity, repeats: .forbidden, deadlineMilliseconds: 20_000, callers: Peer.allCases)
    typealias Response = EchoText

    init() {}

    mutating func visit(_ fields: inout FieldVisitor) {}
}

/// A little service whose replies the test holds in its hand.
final class TestService: @unchecked Sendable {  // `held` and `events` are guarded by `lock`.
    static let secret = [UInt8](repeating: 7, count: 32)
    static let patienceMilliseconds: Int64 = 20_000

    let router = Router(service: "test")
    let budget: WeightBudget
    private let lock = Lock()
    private let changed: Condition
    private var held: [@Sendable () -> Void] = []
    private var events: [MeshListener.Event] = []
    private(set) var listener: MeshListener!

    /// - Parameter answersHeld: holds nothing back, as a service that came back.
    init(answersHeld: Bool = false, budget: WeightBudget = WeightBudget(), options: (inout MeshListenerOptions) -> Void = { _ in }) throws {
        self.budget = budget
        changed = Condition(lock)
        router.on(EchoText.self) { request, reply in reply.ok(request) }
        router.on(HoldText.self) { [unowned self] request, reply in hold(answersHeld) { reply.ok(EchoText(request.text)) } }
        router.on(HoldOnce.self) { [unowned self] _, reply in hold(answersHeld) { reply.ok(EchoText("once")) } }
        router.seal(serving: [])
        var limits = MeshListenerOptions()
        options(&limits)
        var keys = LinkKeys()
        for peer in Peer.allCases { keys.add(peer: peer.rawValue, key: "k1", secret: TestService.secret) }
        listener = try MeshListener(
            host: "127.0.0.1", port: 0, router: router, register: keys, options: limits, budget: budget, log: { [unowned self] in note($0) }
        )
    }

    private func note(_ event: MeshListener.Event) {
        lock.withLock {
            events.append(event)
            changed.broadcast()
        }
    }

    private func hold(_ answersHeld: Bool, _ answer: @escaping @Sendable () -> Void) {
        if answersHeld { return answer() }
        lock.withLock {
            held.append(answer)
            changed.broadcast()
        }
    }

    /// Waits until `count` requests are held, and takes them out.
    func takeHeld(_ count: Int) -> [@Sendable () -> Void] {
        lock.withLock {
            while held.count < count {
                guard changed.wait(milliseconds: TestService.patienceMilliseconds) else {
                    Issue.record("only \(held.count) of \(count) requests arrived")
                    return held
                }
            }
            defer { held = [] }
            return held
        }
    }

    /// Waits for an event.
    func awaitEvent(_ matches: (MeshListener.Event) -> Bool) -> Bool {
        lock.withLock {
            while !events.contains(where: matches) {
                guard changed.wait(milliseconds: TestService.patienceMilliseconds) else { return false }
            }
            return true
        }
    }

    func client(as peer: Peer = .intake, secret: [UInt8] = TestService.secret) -> MeshClient {
        let port = listener.port
        return TestService.client(as: peer, secret: secret) { port }
    }

    static func client(
        as peer: Peer = .intake, secret: [UInt8] = secret, clock: @escaping @Sendable () -> Int64 = EventLoop.monotonicMilliseconds,
        port: @escaping @Sendable () -> UInt16
    ) -> MeshClient {
        var keys = LinkKeys()
        keys.add(peer: "test", key: "k1", secret: secret)
        return MeshClient(peer: peer, service: "test", keys: keys, address: { ("127.0.0.1", port()) }, clock: clock)
    }

    /// Ends the listener; whether everything was answered in `milliseconds`.
    @discardableResult
    func stop(_ milliseconds: Int64 = 2000) -> Bool { listener.drain(deadlineMilliseconds: milliseconds) }
}

/// A value that one thread fills and another awaits.
final class Box<Value: Sendable>: @unchecked Sendable {  // `values` is guarded by `lock`.
    private let lock = Lock()
    private let filled: Condition
    private var values: [Value] = []

    init() { filled = Condition(lock) }

    func put(_ value: Value) {
        lock.withLock {
            values.append(value)
            filled.broadcast()
        }
    }

    /// The first `count` values, in the order of their arrival; nil when they don't come.
    func await(_ count: Int = 1) -> [Value]? {
        lock.withLock {
            while values.count < count {
                guard filled.wait(milliseconds: TestService.patienceMilliseconds) else { return nil }
            }
            return values
        }
    }

    var count: Int { lock.withLock { values.count } }
}

extension Outcome {
    var fault: Fault? { if case .fault(let fault) = self { fault } else { nil } }
    var response: R.Response? { if case .ok(let response) = self { response } else { nil } }
}
