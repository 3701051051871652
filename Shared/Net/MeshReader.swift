import Glibc
import Policy
import Wire

/// The thread of one connection at the server: hello, then frame after frame to the router, until the peer leaves or the listener stops.
struct MeshReader: ~Copyable {
    /// How long the rest of what a refused peer sends is read away, so that the refusal isn't lost to a reset.
    static let lingerMilliseconds: Int64 = 500

    let connection: MeshConnection
    let router: Router
    let hello: ServerHello
    let options: MeshListenerOptions
    let budget: WeightBudget
    /// Whether there is a connection for this peer.
    let identified: (ConnectedPeer) -> Bool
    let log: @Sendable (MeshListener.Event) -> Void
    private let answer: Router.Send
    private let notes = FlushNotes()
    private var buffer = FrameBuffer()
    private var heldBytes = 0
    /// When the frame that holds bytes must be whole, in milliseconds of the monotonic clock.
    private var frameDeadline: Int64 = 0

    init(
        _ connection: MeshConnection, router: Router, hello: ServerHello, options: MeshListenerOptions, budget: WeightBudget,
        identified: @escaping (ConnectedPeer) -> Bool, log: @escaping @Sendable (MeshListener.Event) -> Void
    ) {
        self.connection = connection
        self.router = router
        self.hello = hello
        self.options = options
        self.budget = budget
        self.identified = identified
        self.log = log
        answer = { connection.answer($0, releasing: $1) }
    }

    /// The peer was told why; the connection is to be closed.
    private struct Refused: Error {}

    /// Blocks until the connection is over; false when the listener stopped and something was left unanswered.
    mutating func run() -> Bool {
        defer { budget.give(heldBytes) }
        do throws(Refused) { return try read(as: greet()) } catch {
            linger()
            return true
        }
    }

    private mutating func greet() throws(Refused) -> ConnectedPeer {
        do throws(Fault) {
            connection.send(hello.greeting)
            let deadline = EventLoop.monotonicMilliseconds() + options.helloTimeoutMilliseconds
            let range = try HelloFrame(connection.queue.socket, deadline: deadline).next(&buffer)
            let (peer, verdict) = try hello.answer(buffer.bytes, range)
            guard identified(peer) else {
                log(.connectionRefused(peer))
                throw Fault(.overloaded, "all connections are taken: close some or come back later")
            }
            connection.send(verdict)
            buffer.lengthMax = Frame.lengthMax
            return peer
        } catch {
            log(.helloFailed(error.code))
            connection.send(ServerHello.frame(error))
            throw Refused()
        }
    }

    private mutating func read(as peer: ConnectedPeer) throws(Refused) -> Bool {
        let descriptor = connection.queue.socket.descriptor
        while true {
            try handleFrames(from: peer)
            if heldBytes > 0, EventLoop.monotonicMilliseconds() >= frameDeadline {
                log(.senderStalled(peer))
                throw refuse(Fault(.deadlineExceeded, "a frame took longer than \(options.frameMillisecondsMax) ms; it was not executed"))
            }
            let count = buffer.fill { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 || count < 0 && errno == EINTR { continue }
            // Only while a large frame is under way does a receive time out.
            if count < 0, errno == EAGAIN { log(.senderStalled(peer)) }
            if connection.queue.wasStalled { log(.readerStalled(peer)) }
            guard let deadline = connection.stopsAt else { return true }
            return try windDown(from: peer, deadline: deadline)
        }
    }

    /// Answers what is in flight, refuses what arrived meanwhile.
    private mutating func windDown(from peer: ConnectedPeer, deadline: Int64) throws(Refused) -> Bool {
        try refuseRest(from: peer, deadline: deadline)
        let isAnswered = connection.waitUntilAnswered(deadline: deadline)
        try refuseRest(from: peer, deadline: deadline)
        return connection.waitUntilAnswered(deadline: deadline) && isAnswered
    }

    private mutating func refuseRest(from peer: ConnectedPeer, deadline: Int64) throws(Refused) {
        let socket = connection.queue.socket
        repeat {
            try handleFrames(from: peer)
        } while EventLoop.monotonicMilliseconds() < deadline
            && buffer.fill { socket.receiveNow(into: $0) } > 0
    }

    /// Leads all whole frames of the buffer to the router.
    private mutating func handleFrames(from peer: ConnectedPeer) throws(Refused) {
        if let range = buffer.loneFrame {
            // Nothing to hold its reply back for.
            buffer.empty()
            try handle(buffer.bytes, range, from: peer)
            return try weighPartialFrame(hasHandled: true)
        }
        var refused: Refused?
        var count = 0
        FlushScope.run(with: notes) {
            do throws(Refused) {
                while let range = try nextFrame() {
                    count += 1
                    try handle(buffer.bytes, range, from: peer)
                }
            } catch { refused = error }
        }
        if let refused { throw refused }
        try weighPartialFrame(hasHandled: count > 0)
    }

    private mutating func nextFrame() throws(Refused) -> Range<Int>? {
        do throws(Fault) { return try buffer.next() } catch { throw refuse(error) }
    }

    private func handle(_ bytes: [UInt8], _ range: Range<Int>, from peer: ConnectedPeer) throws(Refused) {
        let weight = range.count + Frame.headerBytes
        switch connection.admit(weight) {
        case .admitted:
            let verdict = router.receive(bytes, range, from: peer, send: answer)
            guard case .close(let reply) = verdict else { return }
            connection.answer(reply, releasing: weight)
        case .rejected(let fault):
            let verdict = router.receive(bytes, range, from: peer, rejecting: fault) { [connection] reply, _ in connection.send(reply) }
            guard case .close(let reply) = verdict else { return }
            connection.send(reply)
        }
        throw Refused()
    }

    /// A frame that needs more room than a read has is weighed before it gets it, and may not stall.
    private mutating func weighPartialFrame(hasHandled: Bool) throws(Refused) {
        if hasHandled, heldBytes > 0 {
            budget.give(heldBytes)
            heldBytes = 0
            try setReceiveTimeout(0)
        }
        let missing = buffer.missing
        guard heldBytes == 0, missing > FrameBuffer.readBytes else { return }
        guard budget.take(missing) else { throw refuse(Fault(.overloaded, "no room for a large frame now; it was not executed")) }
        heldBytes = missing
        frameDeadline = EventLoop.monotonicMilliseconds() + options.frameMillisecondsMax
        try setReceiveTimeout(options.stallMillisecondsMax)
    }

    private func setReceiveTimeout(_ milliseconds: Int64) throws(Refused) {
        do throws(NetError) { try connection.queue.socket.setReceiveTimeout(milliseconds: milliseconds) } catch {
            throw refuse(Fault(.internal, "\(error.operation) failed"))
        }
    }

    private func refuse(_ fault: Fault) -> Refused {
        connection.send(ReplyEnvelope.fault(nil, fault))
        return Refused()
    }

    /// Lets the refusal arrive: closing with unread bytes would reset the connection and may take it away.
    private func linger() {
        let deadline = EventLoop.monotonicMilliseconds() + MeshReader.lingerMilliseconds
        guard connection.queue.waitUntilSent(milliseconds: MeshReader.lingerMilliseconds) else { return }
        connection.queue.endSending()
        let socket = connection.queue.socket
        let frames = HelloFrame(socket, deadline: deadline)
        var scratch = [UInt8](repeating: 0, count: 4096)
        do throws(Fault) {
            repeat {
                try frames.waitUntil(POLLIN)
            } while scratch.withUnsafeMutableBytes {
                socket.receiveNow(into: $0)
            } > 0
        } catch { return }  // Time is up: a reset may come now.
    }
}
