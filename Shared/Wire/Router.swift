import Policy
import Threads

/// Who asks: the peer that the hello proved, and what the envelope says beside the body.
public struct Caller: Sendable {
    public let peer: Peer
    public let trace: String?
    /// How long the caller still waits, in milliseconds, when the request arrived.
    public let timeoutMilliseconds: Int64

    public init(peer: Peer, trace: String? = nil, timeoutMilliseconds: Int64 = 2000) {
        self.peer = peer
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
    @usableFromInline typealias Handler =
        @Sendable (_ bytes: [UInt8], _ envelope: Envelope, _ caller: Caller, _ send: @escaping Send) -> Void

    private final class Route: Sendable {  // A class: it is looked up for each request, and copying an entry costs more than that.
        let entry: CatalogueEntry
        let handler: Handler

        init(_ entry: CatalogueEntry, _ handler: @escaping Handler) {
            self.entry = entry
            self.handler = handler
        }
    }

    public let service: String
    private let lock = Lock()
    nonisolated(unsafe) private var routes: [String: Route] = [:]  // Guarded by `lock` until `seal`, never changed after.
    nonisolated(unsafe) private var isSealed = false

    public init(service: String) { self.service = service }

    /// Registers the one handler of a request. Before `seal` only.
    @inlinable
    public func on<R: Request>(_ type: R.Type, _ handler: @escaping @Sendable (R, Reply<R>) -> Void) {
        register(CatalogueEntry(R.self, service: service)) { bytes, envelope, caller, send in
            do throws(WireError) {
                let request = try R.read(from: bytes, envelope)
                handler(request, Reply(id: envelope.id, caller: caller, send: send))
            } catch {
                send(ReplyEnvelope.fault(envelope.id, Fault(.malformed, "body: \(error.message)")))
            }
        }
    }

    @usableFromInline
    func register(_ entry: CatalogueEntry, _ handler: @escaping Handler) {
        lock.withLock {
            precondition(!isSealed, "handlers are registered before the service listens")
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
        }
    }

    /// What this service serves, in order of method.
    public var catalogue: [CatalogueEntry] { routes.values.map(\.entry).sorted { $0.method < $1.method } }

    /// Takes one frame's payload. `send` gets exactly one reply, now or later.
    /// - Parameter rejection: when set, a request is answered with it and nothing is executed (too much under way, or stopping).
    public func receive(
        _ bytes: [UInt8], _ range: Range<Int>, from peer: Peer, rejecting rejection: Fault? = nil,
        send: @escaping @Sendable ([UInt8]) -> Void
    ) -> Verdict {
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
        guard route.entry.callers.contains(peer) else {
            send(ReplyEnvelope.fault(envelope.id, Fault(.forbidden, "\(peer.rawValue) may not call \(route.entry.method)")))
            return .handled
        }
        guard envelope.actor == nil else {
            // Let through unproven, it would be believed by the first handler that looks at it.
            send(ReplyEnvelope.fault(envelope.id, Fault(.forbidden, "actors are not known yet: leave the actor out")))
            return .handled
        }
        let caller = Caller(peer: peer, trace: envelope.trace, timeoutMilliseconds: envelope.timeout)
        route.handler(bytes, envelope, caller, send)
        return .handled
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
    @inlinable
    static func read(from bytes: [UInt8], _ envelope: Envelope) throws(WireError) -> Self {
        var request = try FieldVisitor.read(Self.self, from: bytes, envelope.body.range)
        if request.requestKey != nil {
            guard let key = envelope.key else {
                throw WireError(.shape, "expected \"key\" in the envelope: this request is known by it")
            }
            request.requestKey = key
        }
        return request
    }
}
