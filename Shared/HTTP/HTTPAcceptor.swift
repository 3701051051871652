import Net

/// Accepts a listener's connections on one loop and deals them to all: a loop that took whatever it finds would take them all, and
/// leave the others without work. When descriptors or memory run out it stops for a moment: the connections wait in
/// the backlog, and a loop that kept trying would only burn the processor.
final class HTTPAcceptor: EventHandler, @unchecked Sendable {  // Only touched on the loop's thread once it has started.
    /// Connections in a row before those that are open get their turn.
    static let acceptsPerTurnMax = 64
    static let pauseMilliseconds: Int64 = 500

    private let descriptor: Int32
    private let workers: [HTTPWorker]
    private var dealtCount = 0
    private let accept: @Sendable () throws(NetError) -> Socket?
    private var token: EventLoop.Token?

    /// `accept` is the listener's; a test lets it fail.
    /// - Parameter workers: the first is the one whose loop accepts.
    init(_ descriptor: Int32, _ workers: [HTTPWorker], accept: @escaping @Sendable () throws(NetError) -> Socket?) {
        self.descriptor = descriptor
        self.workers = workers
        self.accept = accept
    }

    private var worker: HTTPWorker { workers[0] }

    func start() throws(NetError) { token = try worker.loop.register(descriptor, .listener, self) }

    func stop() {
        if let token { worker.loop.deregister(token) }
        token = nil
    }

    func ready(_ readiness: Readiness) {
        for _ in 0..<HTTPAcceptor.acceptsPerTurnMax {
            do throws(NetError) {
                guard let socket = try accept() else { return }
                admit(socket)
            } catch {
                return pause()
            }
        }
    }

    func due() {
        guard let token else { return }
        do throws(NetError) { try worker.loop.resume(token) } catch { pause() }
    }

    private func admit(_ socket: Socket) {
        do throws(NetError) {
            try socket.setNoDelay()
        } catch {
            return socket.close()  // The peer is gone already.
        }
        let chosen = workers[dealtCount % workers.count]
        dealtCount += 1
        if chosen === worker { return worker.admit(socket) }
        chosen.loop.run { chosen.admit(socket) }  // The loops stop after the acceptor: none drops it.
    }

    private func pause() {
        guard let token else { return }
        worker.state.count(\.pauses)
        worker.loop.suspend(token)
        worker.loop.setDeadline(token, worker.loop.now + HTTPAcceptor.pauseMilliseconds)
    }
}
