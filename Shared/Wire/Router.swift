import Policy
import Threads

/// Who asks: the peer that the hello proved, and what the envelope says beside the body.
public struct Caller: Sendable {
    public let peer: ConnectedPeer
    /// Who acts; nil: the peer itself.
    public let actor: Actor?
    public let trace: String?
    /// How long the caller still waits, in milliseconds, when the request arrived.
    public let timeoutMilliseconds: Int64

    public init(peer: ConnectedPeer, actor: Actor? = nil, trace: String? = nil, timeoutMilliseconds: Int64 = 2000) {
        self.peer = peer
        self.actor = actor
        self.trace = trace
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

/// The right to answer one request, once, now or later, from any thread.
public struct Reply<R: Request>: Sendable {
    @usableFromInline let send: @Sendable ([UInt8]) -> Void
    @usableFromInline let id: Int64
    public let caller: Caller

    @usableFromInline
    init(id: Int64, caller: Caller, send: @escaping @Sendable ([UInt8]) -> Void) {
        self.id = id
        self.caller = caller
        self.send = send
    }

    @inlinable
    public func ok(_ response: R.Response) { send(ReplyEnvelope.ok(id, response)) }
    /// As above, `list` standing for the empty list of its elements in `response`.
    @inlinable
    public func ok(_ response: R.Response, with list: WrittenList) { send(ReplyEnvelope.ok(id, response, with: list)) }
    public func refuse(_ reason: R.Refusal, _ message: String) { send(ReplyEnvelope.refused(id, reason.rawValue, message)) }
    public func fault(_ code: Fault.Code, _ message: String) { send(ReplyEnvelope.fault(id, Fault(code, message))) }
}

/// Leads each request to its one handler: checks envelope, method and caller, reads the body, and sends what the handler answers.
///
/// It owns no socket: bytes in, bytes out. So it is a transport too, and a service's tests run both sides' real encoding.
public final class Router: Sendable {
    public enum Verdict: Sendable {
        case handled
        /// The frame was no request: after this reply the connection closes.
        case close([UInt8])
    }

    @usableFromInline typealias Send = @Sendable ([UInt8]) -> Void
    /// Reads the body that the visitor stands at, asks the gate, and lets it be answered; throws, and nothing was executed, when the body
    /// does not fit.
    @usableFromInline typealias Handler =
        @Sendable (_ body: inout FieldVisitor, _ envelope: Envelope, _ peer: ConnectedPeer, _ gate: (any Gate)?, _ send: @escaping Send)
        throws(WireError) -> Void

    /// What a body asks for, where it fits its request.
    @usableFromInline typealias Purposes =
        @Sendable (_ body: inout FieldVisitor, _ envelope: Envelope) throws(WireError) -> [DeclaredPurpose]

    private final class Route: Sendable {  // A class: it is looked up for each request, and copying an entry costs more than that.
        let entry: CatalogueEntry
        let purposes: Purposes
        let handler: Handler

        init(_ entry: CatalogueEntry, _ purposes: @escaping Purposes, _ handler: @escaping Handler) {
            self.entry = entry
            self.purposes = purposes
            self.handler = handler
        }
    }

    public let service: String
    private let lock = Lock()
    nonisolated(unsafe) private var routes: [String: Route] = [:]  // Guarded by `lock` until `seal`, never changed after.
    /// The same by the length of the method's name, made by `seal`: hashing a name costs more than comparing the few that are as long.
    nonisolated(unsafe) private var routesByLength: [[Route]] = []
    nonisolated(unsafe) private var isSealed = false
    nonisolated(unsafe) private var gate: (any Gate)?  // As `routes`.

    public init(service: String) { self.service = service }

    /// Registers the one handler of a request. Before `seal` only.
    @inlinable
    public func on<R: Request>(_ type: R.Type, _ handler: @escaping @Sendable (R, Reply<R>) -> Void) {
        register(CatalogueEntry(R.self, service: service)) { body, envelope throws(WireError) in
            try R.read(&body, key: envelope.key).purposes
        } _: { body, envelope, peer, gate, send throws(WireError) in
            let request = try R.read(&body, key: envelope.key)
            do throws(Fault) {
                let actor = try gate?.admit(
                    Entrant(peer: peer, token: envelope.actor, contract: R.contract, scope: request.scope, purposes: request.purposes))
                let caller = Caller(peer: peer, actor: actor, trace: envelope.trace, timeoutMilliseconds: envelope.timeout)
                handler(request, Reply(id: envelope.id, caller: caller, send: send))
            } catch {
                send(ReplyEnvelope.fault(envelope.id, error))
            }
        }
    }

    /// Puts a gate before every handler. Before `seal` only; without one an `actor` is refused, since nobody could prove it.
    public func guardHandlers(by gate: any Gate) {
        lock.withLock {
            precondition(!isSealed && self.gate == nil, "a router has one gate, from before the service listens")
            self.gate = gate
        }
    }

    @usableFromInline
    func register(_ entry: CatalogueEntry, _ purposes: @escaping Purposes, _ handler: @escaping Handler) {
        lock.withLock {
            precondition(!isSealed, "handlers are registered before the service listens")
            precondition(entry.method.utf8.count <= Envelope.methodLengthMax, "\(entry.method) is longer than an envelope takes")
            precondition(routes[entry.method] == nil, "\(entry.method) has two handlers")
            routes[entry.method] = Route(entry, purposes, handler)
        }
    }

    /// Ends registration. A catalogue's method without a handler stops the start.
    public func seal(serving methods: [String]) {
        lock.withLock {
            let missing = methods.filter { routes[$0] == nil }
            precondition(missing.isEmpty, "methods without a handler: \(missing.joined(separator: ", "))")
            isSealed = true
            routesByLength = Array(repeating: [], count: Envelope.methodLengthMax + 1)
            for (method, route) in routes { routesByLength[method.utf8.count].append(route) }
        }
    }

    /// What this service serves, in order of method.
    public var catalogue: [CatalogueEntry] { routes.values.map(\.entry).sorted { $0.method < $1.method } }

    /// Takes one frame's payload. `send` gets exactly one reply, now or later.
    /// - Parameter rejection: when set, a request is answered with it and nothing is executed (too much under way, or stopping).
    public func receive(
        _ bytes: [UInt8], _ range: Range<Int>, from peer: ConnectedPeer, rejecting rejection: Fault? = nil,
        send: @escaping @Sendable ([UInt8]) -> Void
    ) -> Verdict {
        if rejection == nil, handlesCanonical(bytes, range, from: peer, send: send) { return .handled }
        let envelope: Envelope
        do { envelope = try FieldVisitor.read(Envelope.self, from: bytes, range, refusesUnknown: true) } catch {
            return .close(ReplyEnvelope.fault(readableID(bytes, range), Fault(.malformed, "envelope: \(error.message)")))
        }
        if let rejection {
            send(ReplyEnvelope.fault(envelope.id, rejection))
            return .handled
        }
        guard let route = routes[envelope.method] else {
            send(ReplyEnvelope.fault(envelope.id, Fault(.unknownMethod, "\(service) has no such method: see mesh.contracts")))
            return .handled
        }
        guard route.entry.contract.callers.contains(peer.kind) else {
            send(ReplyEnvelope.fault(envelope.id, refusal(of: envelope, bytes, route, peer)))
            return .handled
        }
        guard envelope.actor == nil || gate != nil else {
            // Let through unproven, it would be believed by the first handler that looks at it.
            send(ReplyEnvelope.fault(envelope.id, Fault(.forbidden, "\(service) can't prove actors: leave the actor out")))
            return .handled
        }
        do throws(WireError) {
            try bytes.withUnsafeBufferPointer { (bytes) throws(WireError) in
                var body = FieldVisitor(bytes, envelope.body.range, mode: .strict, refusesUnknown: false)
                try route.handler(&body, envelope, peer, gate, send)
            }
        } catch {
            send(ReplyEnvelope.fault(envelope.id, Fault(.malformed, "body: \(error.message)")))
        }
        return .handled
    }

    /// Takes a request in our own spelling that may be executed, its body read where it stands; false, and nothing was done, for any other.
    private func handlesCanonical(
        _ bytes: [UInt8], _ range: Range<Int>, from peer: ConnectedPeer, send: @escaping @Sendable ([UInt8]) -> Void
    ) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            var visitor = FieldVisitor(bytes, range, mode: .strict, refusesUnknown: true)
            var envelope = Envelope()
            guard visitor.readsHead(&envelope), envelope.actor == nil || gate != nil, let route = route(of: envelope.method),
                route.entry.contract.callers.contains(peer.kind)
            else { return false }
            do throws(WireError) { try route.handler(&visitor, envelope, peer, gate, send) } catch {
                return false  // The long way meets it too, and says what it is.
            }
            return true
        }
    }

    /// What a kind of program is told that the contract doesn't list. What it declared is looked at all the same: that nothing is sold is
    /// said before anything else.
    private func refusal(of envelope: Envelope, _ bytes: [UInt8], _ route: Route, _ peer: ConnectedPeer) -> Fault {
        let contract = route.entry.contract
        let fault = Fault(.forbidden, "\(peer.kind.rawValue) may not call \(contract.method)")
        guard let gate else { return fault }
        let entrant = Entrant(
            peer: peer, token: envelope.actor, contract: contract, scope: nil, purposes: purposes(of: envelope, bytes, route))
        do throws(Fault) { _ = try gate.admit(entrant) } catch { return error }
        return fault
    }

    private func purposes(of envelope: Envelope, _ bytes: [UInt8], _ route: Route) -> [DeclaredPurpose] {
        do throws(WireError) {
            return try bytes.withUnsafeBufferPointer { (bytes) throws(WireError) in
                var body = FieldVisitor(bytes, envelope.body.range, mode: .strict, refusesUnknown: false)
                return try route.purposes(&body, envelope)
            }
        } catch {
            return []  // A body that doesn't fit declares nothing, and its sender is turned away whatever it is.
        }
    }

    private func route(of method: String) -> Route? {
        let length = method.utf8.count
        guard length < routesByLength.count else { return nil }
        return routesByLength[length].first { $0.entry.method == method }
    }

    /// The id of a frame that is no envelope, so that its sender learns which one; nil when even that can't be read.
    private func readableID(_ bytes: [UInt8], _ range: Range<Int>) -> Int64? {
        do throws(WireError) { return try FieldVisitor.read(IDAlone.self, from: bytes, range).id } catch {
            return nil  // Why it can't be read was said by the envelope's own failure.
        }
    }

    private struct IDAlone: Fields {
        var id: Int64 = 0

        mutating func visit(_ fields: inout FieldVisitor) { fields.field("id", &id, 0...Int64.max) }
    }
}

extension Request {
    /// Reads a whole body; `key` is the envelope's.
    @inlinable
    static func read(_ body: inout FieldVisitor, key: RequestKey?) throws(WireError) -> Self {
        var request = Self()
        request.visitValue(&body)
        try body.finish()
        if request.requestKey != nil {
            guard let key else { throw WireError(.shape, "expected \"key\" in the envelope: this request is known by it") }
            request.requestKey = key
        }
        return request
    }
}
