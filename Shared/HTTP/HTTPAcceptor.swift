import Net

/// Accepts a listener's connections for one loop. When descriptors or memory run out it stops for a moment: the connections wait in
/// the backlog, and a loop that kept trying would only burn the processor.
final class HTTPAcceptor: EventHandler, @unchecked Sendable {  // Only touched on the loop's thread once it has started.
    /// Connections in a row before those that are open get their turn.
    static let acceptsPerTurnMax = 64
    static let pauseMilliseconds: Int64 = 500

    private let descriptor: Int32
    private let worker: HTTPWorker
    private let accept: @Sendable () throws(NetError) -> Socket?
    private var token: EventLoop.Token?

    /// `accept` is the listener's; a test lets it fail.
    init(_ descriptor: Int32, _ worker: HTTPWorker, accept: @escaping @Sendable () throws(NetError) -> Socket?) {
        self.descriptor = descriptor
        self.worker = worker
        self.accept = accept
    }

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
        worker.admit(socket)
    }

    private func pause() {
        guard let token else { return }
        worker.state.count(\.pauses)
        worker.loop.suspend(token)
        worker.loop.setDeadline(token, worker.loop.now + HTTPAcceptor.pauseMilliseconds)
    }
}
