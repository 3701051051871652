import Net

/// One connection of a public door: reads requests, hands them over one at a time, sends the answers in order, closes politely.
final class HTTPConnection: EventHandler, @unchecked Sendable {
    // All mutable state belongs to the loop's thread; other threads reach only `outbox`, which has its own lock.

    /// Requests answered in a row before the loop's other connections get their turn.
    static let requestsPerTurnMax = 32
    /// Bytes thrown away while we wait for the peer to read our last response and close.
    static let lingerBytesMax = 4 * 1024 * 1024

    private enum Phase: Equatable {
        case reading
        case answering(UInt64)
        /// The response is not sent whole yet.
        case flushing(thenClose: Bool)
        /// We are done; what still arrives is thrown away, else the kernel would reset the peer's copy of our response.
        case lingering
        case closed
    }

    /// What a deadline is for: a limit, of one exchange.
    private struct Wait: Equatable {
        let limit: KeyPath<HTTPLimits, Int64>
        let exchange: UInt64
    }

    private let worker: HTTPWorker
    private let socket: Socket
    private let outbox: HTTPOutbox
    private let peer: IPAddress?
    private var token: EventLoop.Token?
    private var parser: HTTPParser
    private var phase = Phase.reading
    private var isReadable = false
    private var hasPeerFinished = false
    private var isHandling = false
    private var exchange: UInt64 = 0
    private var heldBytes = 0
    private var lingerBytes = 0
    private var owesContinue = false
    private var timedWait: Wait?

    init(_ socket: Socket, _ worker: HTTPWorker) {
        self.socket = socket
        self.worker = worker
        outbox = HTTPOutbox(socket)
        peer = socket.peer
        parser = HTTPParser(limits: worker.limits)
    }

    /// Begins to watch the socket; it closes at once when that can't be.
    func start() {
        do throws(NetError) {
            token = try worker.loop.register(socket.descriptor, .stream, self)
            settle()
        } catch {
            worker.state.count(\.turnedAway)
            close()
        }
    }

    func ready(_ readiness: Readiness) {
        if readiness.contains(.failed) || readiness.contains(.hungUp) { return close() }
        if readiness.contains(.readable) { isReadable = true }
        if readiness.contains(.peerFinished) {
            isReadable = true
            hasPeerFinished = true
        }
        if readiness.contains(.writable) {
            if case .flushing(let thenClose) = phase { flush(thenClose: thenClose) }
            if owesContinue { owesContinue = outbox.flush().outcome == .pending }
        }
        advance()
        settle()
    }

    func due() {
        switch phase {
        case .reading:
            switch parser.stage {
            case .betweenRequests, .failed: close()
            case .head: refuse(HTTPFailure(.headDeadline))
            case .body: refuse(HTTPFailure(.bodyDeadline))
            }
        case .answering(let exchange):
            let failure = HTTPFailure(.answerDeadline)
            worker.report(failure)
            finish(exchange, outbox.answer(exchange, worker.bytes(for: failure)), thenClose: true)
        case .flushing, .lingering: close()
        case .closed: break
        }
        settle()
    }

    /// The server stops: an idle connection closes, others finish what they have begun.
    func drain() {
        advance()  // A request that has arrived by now is still taken.
        settle()
    }

    func close() {
        guard phase != .closed else { return }
        phase = .closed
        if let token { worker.loop.deregister(token) }
        outbox.close()
        _ = worker.state.hold(-heldBytes, max: .max)
        worker.forget(self)
    }

    // MARK: reading

    private func advance() {
        var turns = 0
        while true {
            switch phase {
            case .answering, .flushing, .closed: return
            case .lingering: return discard()
            case .reading:
                switch parser.next() {
                case .needMore: guard fill() else { return }
                case .expectsContinue: owesContinue = outbox.send(HTTPWorker.continueBytes) == .pending
                case .failure(let failure): refuse(failure)
                case .request(let request):
                    handle(request)
                    turns += 1
                    if turns == HTTPConnection.requestsPerTurnMax { return resumeLater() }
                }
            }
        }
    }

    /// Reads once; false when there is nothing now, or nothing ever.
    private func fill() -> Bool {
        guard let bytes = receive() else { return false }
        parser.feed(bytes)
        let change = parser.heldBytes - heldBytes
        heldBytes += change
        if !worker.state.hold(change, max: worker.limits.partialBytesMax) { refuse(HTTPFailure(.overloaded)) }
        return true
    }

    private func discard() {
        while let bytes = receive() {
            lingerBytes += bytes.count
            if lingerBytes > HTTPConnection.lingerBytesMax { return close() }
        }
    }

    /// The next bytes, valid until the next call; nil when there are none now. Closes at the end of the stream.
    private func receive() -> UnsafeRawBufferPointer? {
        guard isReadable, phase != .closed else { return nil }
        do throws(NetError) {
            guard let count = try socket.receive(into: worker.scratch) else {
                isReadable = false
                return nil
            }
            if count == 0 {
                close()
                return nil
            }
            // A short read empties a stream socket (epoll(7)); only the end of the stream may still wait behind it.
            if count < worker.scratch.count && !hasPeerFinished { isReadable = false }
            return UnsafeRawBufferPointer(rebasing: worker.scratch[..<count])
        } catch {
            close()  // Reset by the peer: there is nobody left to tell.
            return nil
        }
    }

    // MARK: answering

    private func handle(_ request: HTTPRequest) {
        var request = request
        request.peer = peer
        exchange += 1
        let exchange = exchange
        phase = .answering(exchange)
        outbox.open(exchange)
        worker.state.count(\.requests)
        let (keepAlive, forHead, toVersion10) = (request.keepAlive, request.method == .head, request.isVersion10)
        let reply = HTTPReply { [self] response, wasLost in
            if wasLost { worker.state.count(\.lostReplies) }
            let close = !keepAlive || worker.state.isDraining
            let bytes = response.serialized(date: worker.date.now, close: close, forHead: forHead, toVersion10: toVersion10)
            replied(exchange, outbox.answer(exchange, bytes), thenClose: close)
        }
        isHandling = true
        worker.handler(request, reply)
        isHandling = false
    }

    /// Any thread. In the handler's own call `advance` goes on by itself; from elsewhere the loop has to be told.
    private func replied(_ exchange: UInt64, _ outcome: HTTPOutbox.Outcome, thenClose: Bool) {
        if worker.loop.isCurrent && isHandling { return finish(exchange, outcome, thenClose: thenClose) }
        worker.loop.run { [self] in
            finish(exchange, outcome, thenClose: thenClose)
            advance()
            settle()
        }
    }

    private func finish(_ exchange: UInt64, _ outcome: HTTPOutbox.Outcome, thenClose: Bool) {
        guard phase == .answering(exchange) else { return }
        settled(outcome, thenClose: thenClose)
    }

    private func settled(_ outcome: HTTPOutbox.Outcome, thenClose: Bool) {
        switch outcome {
        case .sent: if thenClose { linger() } else { phase = .reading }
        case .pending: phase = .flushing(thenClose: thenClose)
        case .broken: close()
        case .void: break  // The other answer's own event decides.
        }
    }

    private func flush(thenClose: Bool) {
        let (outcome, progressed) = outbox.flush()
        if progressed { timedWait = nil }
        settled(outcome, thenClose: thenClose)
    }

    private func refuse(_ failure: HTTPFailure) {
        worker.report(failure)
        settled(outbox.send(worker.bytes(for: failure)), thenClose: true)
    }

    private func linger() {
        phase = .lingering
        parser = HTTPParser(limits: worker.limits)
        outbox.finishSending()
        discard()
    }

    private func resumeLater() {
        worker.loop.run { [self] in
            advance()
            settle()
        }
    }

    // MARK: after each event

    /// Closes an idle connection of a draining server, accounts for the bytes that are held and sets the deadline of what we now wait for, once for each thing waited for: a peer
    /// that sends a byte now and then gains no time.
    private func settle() {
        // Here, since a response that was under way when draining began may have promised to keep the connection.
        if worker.isDraining, phase == .reading, parser.stage == .betweenRequests { close() }
        guard let token, let wait = currentWait else { return }
        let change = parser.heldBytes - heldBytes
        if change != 0 { _ = worker.state.hold(change, max: .max) }
        heldBytes += change
        guard wait != timedWait else { return }
        timedWait = wait
        worker.loop.setDeadline(token, worker.loop.now + worker.limits[keyPath: wait.limit])
    }

    private var currentWait: Wait? {
        switch phase {
        case .reading:
            switch parser.stage {
            case .betweenRequests, .failed: Wait(limit: \.idleMilliseconds, exchange: exchange)
            case .head: Wait(limit: \.headMilliseconds, exchange: exchange)
            case .body: Wait(limit: \.bodyMilliseconds, exchange: exchange)
            }
        case .answering: Wait(limit: \.answerMilliseconds, exchange: exchange)
        case .flushing: Wait(limit: \.stallMilliseconds, exchange: exchange)
        case .lingering: Wait(limit: \.lingerMilliseconds, exchange: exchange)
        case .closed: nil
        }
    }
}
