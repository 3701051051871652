import Glibc
import Threads
import Wire

/// Leading: the one who leads reads for all. Leadership is handed on under the client's lock, and while any call is under way
/// somebody has it.
extension MeshClient {
    /// A blocked caller reads until its own reply is there, which it gets; nil when the connection is over.
    func lead(_ link: MeshLink, until seat: Seat) -> ReplyBytes? {
        var isOver = false
        var reply: ReplyBytes?
        while !isOver && reply == nil {
            let arrival = link.receive()
            if arrival == .bytes, let reply = loneReply(link, seat) { return reply }
            isOver = !follow(arrival, of: link)
            lock.withLock {
                guard isOver || seat.reply != nil else { return }
                reply = seat.reply
                if reply == nil { followers.add(seat) }
                passLead()
                if let reply { free(seat, reply) }
            }
        }
        return reply
    }

    /// The usual end of a lone call: its whole reply is all that has come, and nobody else waits. nil, and nothing has changed, otherwise.
    private func loneReply(_ link: MeshLink, _ seat: Seat) -> ReplyBytes? {
        guard let range = link.buffer.loneFrame, let id = ReplyEnvelope.canonicalID(of: link.buffer.bytes, range) else { return nil }
        return lock.withLock {
            guard seat.reply == nil, machine.receivedAlone(id) != nil else { return nil }
            link.buffer.empty()
            passLead()
            return free(seat, .frame(link.buffer.bytes, range))
        }
    }

    private enum Turn {
        case read(MeshLink)
        case connect
        case end
    }

    /// The client's own thread: reads while asynchronous calls are under way, and makes the connections.
    func work() {
        while true {
            switch awaitTurn() {
            case .read(let link): _ = follow(link.receive(), of: link)
            case .connect: reconnect()
            case .end: return
            }
            lock.withLock { if callbackCount == 0 || link == nil { passLead() } }
        }
    }

    private func awaitTurn() -> Turn {
        lock.withLock {
            // After `close`, a blocked caller that still reads gives up leadership first.
            while leader != .thread, !isClosed || leader == .caller { threadWake.wait() }
            if isClosed {
                dropLink()
                leader = .nobody
                return .end
            }
            return link.map { .read($0) } ?? .connect
        }
    }

    /// Hands leadership to whoever needs it. The caller leads, and holds the lock.
    func passLead() {
        if isClosed {
            leader = .nobody
            dropLink()
            threadWake.broadcast()
        } else if machine.isIdle {
            leader = .nobody
        } else if link != nil, let next = followers.takeAny() {
            leader = .caller
            next.mustLead = true
            next.wake.signal()
        } else {
            give(to: .thread)
        }
    }

    /// The caller holds the lock.
    func give(to next: Leader) {
        leader = next
        if next == .thread { threadWake.signal() }
    }

    /// Everything that follows from one receive; false when the connection is over.
    private func follow(_ arrival: MeshLink.Arrival, of link: MeshLink) -> Bool {
        var isOver = false
        switch arrival {
        case .bytes: isOver = !dispatch(link)
        case .nothing: break
        case .over: isOver = true
        }
        let now = clock()
        if now - link.expiredAt >= MeshLink.tickMilliseconds {
            link.expiredAt = now
            expire(lock.withLock { expired() })
        }
        if isOver { lost(link) }
        return !isOver
    }

    /// Gives every whole frame to the one who waits for it; false when the service broke the protocol or said goodbye.
    private func dispatch(_ link: MeshLink) -> Bool {
        var isSound = true
        FlushScope.run(with: link.notes) {
            do throws(Fault) {
                while let range = try link.buffer.next() { try deliver(link.buffer.bytes, range) }
            } catch {
                isSound = false
                lock.withLock { lastFailure = error }
            }
        }
        return isSound
    }

    private func deliver(_ bytes: [UInt8], _ range: Range<Int>) throws(Fault) {
        let id: Int64?
        do throws(WireError) { id = try ReplyEnvelope.id(of: bytes, range) } catch {
            throw Fault(.malformed, "the service sent something else than a reply")
        }
        // A fault about a frame without id is the last that comes.
        guard let id else { throw Fault(.unavailable, "the service refused a frame and closed the connection") }
        let callback: (@Sendable (ReplyBytes) -> Void)? = lock.withLock {
            switch machine.received(id) {
            case nil: return nil  // Its deadline has passed.
            case .callback(let receive):
                callbackCount -= 1
                return receive
            case .seat(let seat):
                // While nobody else waits nobody reads on, so the caller may look into the buffer. (A call that comes meanwhile and
                // has to be read for makes the buffer move: a copy, as every list does that somebody else still holds.)
                fill(seat, machine.isIdle ? .frame(bytes, range) : .frame(Array(bytes[range]), 0..<range.count))
                return nil
            }
        }
        callback?(.frame(bytes, range))
    }

    /// Frames of calls whose time is over still wait for a service that reads nothing: this one has no place behind them.
    func turnAway(_ id: Int64) {
        let waiters = lock.withLock {
            let waiters = machine.received(id).map { [$0] } ?? []  // None: its time is over, and it was told so.
            forget(waiters)
            return waiters
        }
        settle(waiters, Fault(.overloaded, "the service reads too slowly; nothing was sent"))
    }

    /// The caller holds the lock.
    private func fill(_ seat: Seat, _ reply: ReplyBytes) {
        seat.reply = reply
        // Without a place it isn't asleep among the followers: it leads, or has just been asked to.
        if seat.place != nil || seat.mustLead { seat.wake.signal() }
        followers.remove(seat)
    }

    // MARK: Calls that end without a reply

    /// Those whose time is over. The caller holds the lock, and settles them without it.
    func expired() -> [Waiter] {
        let late = machine.expired(now: clock())
        forget(late)
        return late
    }

    func expire(_ late: [Waiter]) {
        guard !late.isEmpty else { return }
        let reason = lock.withLock { link == nil ? lastFailure.map { " (no connection: \($0.message))" } : nil }
        settle(late, Fault(.deadlineExceeded, "no answer in time: the outcome is unknown, read back by key\(reason ?? "")"))
    }

    /// The connection is over: whoever may not be repeated learns that the outcome is unknown.
    private func lost(_ link: MeshLink) {
        let waiters = lock.withLock {
            guard self.link === link else { return [Waiter]() }
            dropLink()
            let lost = machine.disconnected(now: clock(), jitter: jitter())
            forget(lost)
            return lost
        }
        settle(waiters, Fault(.unavailable, "the connection ended before the answer: the outcome is unknown, read back by key"))
    }

    /// Gives `fault` to all. The caller doesn't hold the lock: callbacks may call again.
    func settle(_ waiters: [Waiter], _ fault: Fault) {
        guard !waiters.isEmpty else { return }
        FlushScope.run {
            for waiter in waiters {
                switch waiter {
                case .seat(let seat): lock.withLock { fill(seat, .fault(fault)) }
                case .callback(let receive): receive(.fault(fault))
                }
            }
        }
    }

    private func forget(_ waiters: [Waiter]) {
        for case .callback in waiters { callbackCount -= 1 }
    }

    // MARK: Connections

    /// Makes a connection, when the time for it has come; keeps deadlines meanwhile. The thread's.
    private func reconnect() {
        let isDue = lock.withLock {
            let pause = machine.connectAt - clock()
            if pause > 0, !isClosed { _ = threadWake.wait(milliseconds: min(pause, MeshLink.tickMilliseconds)) }
            return pause <= 0
        }
        expire(lock.withLock { expired() })
        guard isDue, lock.withLock({ !isClosed && !machine.isIdle }) else { return }
        do throws(Fault) { stand(try dial.connect(isWanted: keepsDeadlines)) } catch { failed(error) }
    }

    private func keepsDeadlines() -> Bool {
        expire(lock.withLock { expired() })
        return lock.withLock { !isClosed && !machine.isIdle }
    }

    private func stand(_ link: MeshLink) {
        let frames = lock.withLock {
            self.link = link
            lastFailure = nil
            return isClosed ? [] : machine.connected()
        }
        FlushScope.run { for frame in frames { link.queue.add(frame) } }
    }

    private func failed(_ fault: Fault) {
        let refused = lock.withLock {
            lastFailure = fault
            _ = machine.disconnected(now: clock(), jitter: jitter())
            // Time doesn't heal these: whoever waits is told at once.
            guard fault.code == .unauthenticated || fault.code == .malformed else { return [Waiter]() }
            let all = machine.close()
            forget(all)
            return all
        }
        settle(refused, fault)
    }

    /// The caller holds the lock, and nobody reads.
    func dropLink() {
        link?.queue.close()
        link = nil
    }

    private func jitter() -> Double { Double(dial.random(1).first ?? 0) / 256 }
}
