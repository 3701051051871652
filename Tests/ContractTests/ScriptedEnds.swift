import Policy
import Testing
import Threads
import Wire

/// A service that serves one request, in this process.
struct Serving<R: Request> {
    func run(_ envelope: [UInt8], _ answer: ContractEntry.Heard) throws -> (served: ContractEntry.Served?, reply: [UInt8]) {
        let served = Kept<ContractEntry.Served>()
        let sent = Kept<[UInt8]>()
        let router = Router(service: "sample")
        router.on(R.self) { request, reply in
            served.value = ContractEntry.Served(
                body: text(FieldVisitor.write(request)), key: request.requestKey?.rawValue, trace: reply.caller.trace)
            give(answer, reply)
        }
        router.seal(serving: [R.contract.method])
        let caller = try #require(R.contract.callers.first, "a request has a caller")
        let verdict = router.receive(envelope, envelope.indices, from: ConnectedPeer(caller)) { reply, _ in
            sent.value = payload(of: reply)
        }
        if case .close(let reply) = verdict { sent.value = payload(of: reply) }
        return (served.value, try #require(sent.value, "each request is answered"))
    }

    private func give(_ answer: ContractEntry.Heard, _ reply: Reply<R>) {
        do throws(WireError) {
            switch answer {
            case .ok(let body): reply.ok(try FieldVisitor.read(R.Response.self, from: body))
            case .refused(let word, let message):
                if let reason = R.Refusal(rawValue: word) { reply.refuse(reason, message) } else { Issue.record("\(word) is no reason") }
            case .fault(let fault): reply.fault(fault.code, fault.message)
            }
        } catch { Issue.record("the answer does not fit \(R.contract.method): \(error.message)") }
    }
}

/// Remembers the one frame that was put and gives the reply that it was told.
final class ScriptedTransport: Transport {
    private let id: Int64
    private let reply: ReplyBytes
    private let frame = Kept<[UInt8]>()

    init(id: Int64, reply: ReplyBytes) {
        self.id = id
        self.reply = reply
    }

    var sent: [UInt8] { frame.value ?? [] }

    func exchange(
        timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void
    ) {
        receive(exchangeBlocking(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame))
    }

    func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8]) -> ReplyBytes {
        self.frame.value = payload(of: frame(id))
        return reply
    }
}

/// What a closure that may run anywhere leaves for its test.
final class Kept<Value: Sendable>: @unchecked Sendable {  // `kept` is guarded by `lock`.
    private let lock = Lock()
    private var kept: Value?

    var value: Value? {
        get { lock.withLock { kept } }
        set { lock.withLock { kept = newValue } }
    }
}

/// A frame without its length, which must be right.
func payload(of frame: [UInt8]) -> [UInt8] {
    let length = frame.prefix(Frame.headerBytes).reduce(0) { $0 << 8 | Int($1) }
    #expect(length == frame.count - Frame.headerBytes)
    return Array(frame.dropFirst(Frame.headerBytes))
}
