import Glibc
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
    @usableFromInline let address: ReplyAddress
    public let caller: Caller

    @usableFromInline
    init(to address: ReplyAddress, caller: Caller) {
        self.address = address
        self.caller = caller
    }

    @inlinable
    public func ok(_ response: R.Response) { address.send(ReplyEnvelope.ok(address.id, response)) }
    /// As above, `list` standing for the empty list of its elements in `response`.
    @inlinable
    public func ok(_ response: R.Response, with list: WrittenList) { address.send(ReplyEnvelope.ok(address.id, response, with: list)) }
    public func refuse(_ reason: R.Refusal, _ message: String) {
        address.send(ReplyEnvelope.refused(address.id, reason.rawValue, message))
    }
    public func fault(_ code: Fault.Code, _ message: String) { address.fault(Fault(code, message)) }
}

/// Where a request's one reply goes.
@usableFromInline
struct ReplyAddress: Sendable {
    @usableFromInline let id: Int64
    let requestBytes: Int
    let way: Router.Send

    @usableFromInline func send(_ reply: [UInt8]) { way(reply, requestBytes) }
    @usableFromInline func fault(_ fault: Fault) { send(ReplyEnvelope.fault(id, fault)) }
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

    /// Takes a reply's frame, and how many bytes its request's frame had: so one closure serves all requests of a connection.
    public typealias Send = @Sendable (_ reply: [UInt8], _ requestBytes: Int) -> Void
    /// Reads the body that the visitor stands at, asks the gate, and lets it be answered; throws, and nothing was executed, when the body
    /// does not fit.
    @usableFromInline typealias Handler =
        @Sendable (_ body: inout FieldVisitor, _ envelope: Envelope, _ peer: ConnectedPeer, _ gate: (any Gate)?, _ address: ReplyAddress)
        throws(WireError) -> Void

    private final class Route: Sendable {  // A class: it is looked up for each request, and copying an entry costs more than that.
        let entry: CatalogueEntry
        let handler: Handler
        let method: [UInt8]

        init(_ entry: CatalogueEntry, _ handler: @escaping Handler) {
            self.entry = entry
            method = Array(entry.method.utf8)
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
        register(CatalogueEntry(R.self, service: service)) { body, envelope, peer, gate, address throws(WireError) in
            let request = try R.read(&body, key: envelope.key)
            do throws(Fault) {
                let actor = try gate?.admit(
                    Entrant(peer: peer, token: envelope.actor, contract: R.contract, scope: request.scope, purposes: request.purposes))
                let caller = Caller(peer: peer, actor: actor, trace: envelope.trace, timeoutMilliseconds: envelope.timeout)
                handler(request, Reply(to: address, caller: caller))
            } catch {
                address.fault(error)
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
    func register(_ entry: CatalogueEntry, _ handler: @escaping Handler) {
        lock.withLock {
            precondition(!isSealed, "handlers are registered before the service listens")
            precondition(entry.method.utf8.count <= Envelope.methodLengthMax, "\(entry.method) is longer than an envelope takes")
            precondition(routes[entry.method] == nil, "\(entry.method) has two handlers")
            routes[entry.method] = Route(entry, handler)
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
        send: @escaping Send
    ) -> Verdict {
        if rejection == nil, handlesCanonical(bytes, range, from: peer, send: send) { return .handled }
        let envelope: Envelope
        do { envelope = try FieldVisitor.read(Envelope.self, from: bytes, range, refusesUnknown: true) } catch {
            return .close(ReplyEnvelope.fault(readableID(bytes, range), Fault(.malformed, "envelope: \(error.message)")))
        }
        let address = ReplyAddress(id: envelope.id, requestBytes: Frame.headerBytes + range.count, way: send)
        if let rejection {
            address.fault(rejection)
            return .handled
        }
        guard let route = routes[envelope.method] else {
            address.fault(Fault(.unknownMethod, "\(service) has no such method: see mesh.contracts"))
            return .handled
        }
        guard route.entry.contract.callers.contains(peer.kind) else {
            gate?.turnedAway(peer, from: route.entry.contract)
            address.fault(Fault(.forbidden, "\(peer.kind.rawValue) may not call \(route.entry.contract.method)"))
            return .handled
        }
        guard envelope.actor == nil || gate != nil else {
            // Let through unproven, it would be believed by the first handler that looks at it.
            address.fault(Fault(.forbidden, "\(service) can't prove actors: leave the actor out"))
            return .handled
        }
        do throws(WireError) {
            try bytes.withUnsafeBufferPointer { (bytes) throws(WireError) in
                var body = FieldVisitor(bytes, envelope.body.range, mode: .strict, refusesUnknown: false)
                try route.handler(&body, envelope, peer, gate, address)
            }
        } catch {
            address.fault(Fault(.malformed, "body: \(error.message)"))
        }
        return .handled
    }

    /// Takes a request in our own spelling that may be executed, its body read where it stands; false, and nothing was done, for any other.
    private func handlesCanonical(
        _ bytes: [UInt8], _ range: Range<Int>, from peer: ConnectedPeer, send: @escaping Send
    ) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            var visitor = FieldVisitor(bytes, range, mode: .strict, refusesUnknown: true)
            var envelope = Envelope()
            guard let method = visitor.readsHead(&envelope), envelope.actor == nil || gate != nil, let route = route(of: method),
                route.entry.contract.callers.contains(peer.kind)
            else { return false }
            let address = ReplyAddress(id: envelope.id, requestBytes: Frame.headerBytes + range.count, way: send)
            do throws(WireError) { try route.handler(&visitor, envelope, peer, gate, address) } catch {
                return false  // The long way meets it too, and says what it is.
            }
            return true
        }
    }

    private func route(of method: UnsafeRawBufferPointer) -> Route? {
        guard method.count < routesByLength.count else { return nil }
        for route in routesByLength[method.count] {
            if route.method.withUnsafeBytes({ memcmp($0.baseAddress!, method.baseAddress!, method.count) == 0 }) { return route }
        }
        return nil
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
