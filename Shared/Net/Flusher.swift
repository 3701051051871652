/// The one thread of a process that sends what slow readers left behind, and cuts off those who take nothing for too long.
final class Flusher: @unchecked Sendable {  // `watches` belongs to the loop's thread.
    static let process = Flusher()

    private let loop: EventLoop
    private var watches: [ObjectIdentifier: Watch] = [:]

    private init() {
        do throws(NetError) { loop = try EventLoop(name: "flusher") } catch {
            preconditionFailure("a process that can't start its flusher is out of resources: \(error)")
        }
    }

    /// Takes over a queue whose socket takes no more, until it is drained or cut; then `resume` gives it back.
    func watch(_ queue: SendQueue) {
        loop.run { [self] in
            do throws(NetError) {
                let watch = Watch(queue, self)
                watch.token = try loop.register(queue.socket.descriptor, .stream, watch)
                watches[ObjectIdentifier(queue)] = watch
                restart(watch)
            } catch {
                queue.cut()
                queue.resume()
            }
        }
    }

    /// Closes a descriptor that may still be watched.
    func release(_ queue: SendQueue) {
        loop.run { [self] in
            if let watch = watches[ObjectIdentifier(queue)] { end(watch) }
            queue.socket.close()
        }
    }

    // MARK: On the loop's thread

    fileprivate func restart(_ watch: Watch) {
        guard let token = watch.token else { return }
        loop.setDeadline(token, loop.now + watch.queue.stallMillisecondsMax)
    }

    fileprivate func end(_ watch: Watch) {
        watches[ObjectIdentifier(watch.queue)] = nil
        guard let token = watch.token else { return }
        watch.token = nil
        loop.deregister(token)
        watch.queue.resume()
    }

    fileprivate final class Watch: EventHandler {
        let queue: SendQueue
        private let flusher: Flusher
        var token: EventLoop.Token?

        init(_ queue: SendQueue, _ flusher: Flusher) {
            self.queue = queue
            self.flusher = flusher
        }

        func ready(_ readiness: Readiness) {
            switch queue.flushStalled() {
            case .moved: flusher.restart(self)
            case .stuck: break
            case .drained, .ended: flusher.end(self)
            }
        }

        func due() {
            queue.cut(asStalled: true)
            flusher.end(self)
        }
    }
}
