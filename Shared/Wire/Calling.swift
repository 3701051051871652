import Policy
import Threads

/// Something that requests can be put to: a client with a socket, or a router in the same process.
public protocol Transport: Sendable {
    /// Sends one request made by `frame`, which is told the id to carry; `receive` is called once, with the reply's payload or a fault.
    func exchange(
        timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (_ id: Int64) -> [UInt8],
        receive: @escaping @Sendable (ReplyBytes) -> Void)

    /// As `exchange`, and waits; a transport may let the calling thread read its own reply.
    func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (_ id: Int64) -> [UInt8]) -> ReplyBytes
}

/// A reply as it came: its frame's bytes, or the fault that took its place.
public enum ReplyBytes: Sendable {
    case frame([UInt8], Range<Int>)
    case fault(Fault)
}

extension Transport {
    /// Puts a request and waits for its outcome.
    @inlinable
    public func call<R: Request>(_ request: R, _ options: CallOptions = CallOptions()) -> Outcome<R> {
        let timeout = options.timeoutMilliseconds ?? R.contract.deadlineMilliseconds
        guard timeout > 0 else { return .fault(.noTimeLeft) }
        return Outcome(
            exchangeBlocking(timeoutMilliseconds: timeout, mayRepeat: R.contract.repeats != .forbidden) { id in
                Envelope.frame(request, id: id, timeout: timeout, options: options)
            })
    }

    /// Puts a request; `receive` gets its outcome on a thread of the transport and must not block there.
    /// - Parameter list: stands for the empty list of its elements in `request`.
    @inlinable
    public func call<R: Request>(
        _ request: R, with list: WrittenList? = nil, _ options: CallOptions = CallOptions(),
        receive: @escaping @Sendable (Outcome<R>) -> Void
    ) {
        let timeout = options.timeoutMilliseconds ?? R.contract.deadlineMilliseconds
        guard timeout > 0 else { return receive(.fault(.noTimeLeft)) }
        exchange(timeoutMilliseconds: timeout, mayRepeat: R.contract.repeats != .forbidden) { id in
            Envelope.frame(request, with: list, id: id, timeout: timeout, options: options)
        } receive: {
            receive(Outcome($0))
        }
    }
}

extension Fault {
    /// A caller that passes on what is left of its own time may have none. Sent, it would be no envelope and cost the connection.
    @usableFromInline static var noTimeLeft: Fault { Fault(.deadlineExceeded, "no time was left for the call") }
}

extension Outcome {
    @inlinable
    init(_ reply: ReplyBytes) {
        switch reply {
        case .fault(let fault): self = .fault(fault)
        case .frame(let bytes, let range):
            do throws(WireError) { self = try Outcome.read(bytes, range) } catch {
                self = .fault(Fault(.internal, "the reply does not fit its contract: \(error.message)"))
            }
        }
    }

    @inlinable
    static func read(_ bytes: [UInt8], _ range: Range<Int>) throws(WireError) -> Outcome {
        if let response = canonical(bytes, range) { return .ok(response) }
        return try readAnySpelling(bytes, range)
    }

    /// The response of a reply in our own spelling, read once; nil for any other.
    @inlinable
    static func canonical(_ bytes: [UInt8], _ range: Range<Int>) -> R.Response? {
        bytes.withUnsafeBufferPointer { bytes in
            var visitor = FieldVisitor(bytes, range, mode: .strict, refusesUnknown: true)
            guard visitor.readsHeadOfReply() else { return nil }
            var response = R.Response()
            response.visitValue(&visitor)
            do throws(WireError) { try visitor.finish() } catch { return nil }  // The long way meets it too, and says what it is.
            return response
        }
    }

    @inlinable
    static func readAnySpelling(_ bytes: [UInt8], _ range: Range<Int>) throws(WireError) -> Outcome {
        let envelope = try FieldVisitor.read(ReplyEnvelope.self, from: bytes, range, refusesUnknown: true)
        switch (envelope.ok, envelope.refused, envelope.fault) {
        case (let ok?, nil, nil): return .ok(try FieldVisitor.read(R.Response.self, from: bytes, ok.range))
        case (nil, nil, let fault?): return .fault(fault)
        case (nil, let refused?, nil):
            guard let reason = R.Refusal(rawValue: refused.reason) else { throw WireError(.shape, "an unknown reason of refusal") }
            return .refused(reason, message: refused.message)
        default: throw WireError(.shape, "expected one of ok, refused and fault")
        }
    }
}

/// A router answers in its own process, with the encoding of both sides.
public struct LocalTransport: Transport {
    private let router: Router
    private let peer: ConnectedPeer

    /// - Parameter name: of a program that is not the mesh's own.
    public init(_ router: Router, as peer: Peer, name: String? = nil) {
        self.router = router
        self.peer = ConnectedPeer(peer, name: name)
    }

    public func exchange(
        timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void
    ) {
        let bytes = frame(1)
        let verdict = router.receive(bytes, Frame.headerBytes..<bytes.count, from: peer) { reply, _ in
            receive(.frame(reply, Frame.headerBytes..<reply.count))
        }
        if case .close(let reply) = verdict { receive(.frame(reply, Frame.headerBytes..<reply.count)) }
    }

    public func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8]) -> ReplyBytes {
        let answer = Answer<ReplyBytes>()
        exchange(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame) { answer.fill($0) }
        return answer.wait(milliseconds: timeoutMilliseconds) ?? .fault(Fault(.deadlineExceeded, "no answer in \(timeoutMilliseconds) ms"))
    }
}
