import Net

/// One loop's share of a server: its connections and what they need.
final class HTTPWorker: @unchecked Sendable {
    // `connections`, `isDraining` and `scratch` are only touched on the loop's thread; the rest never changes.

    static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    /// One buffer for all reads of the loop: a connection that waits holds none.
    static let scratchBytes = 64 * 1024

    let loop: EventLoop
    let limits: HTTPLimits
    let state: HTTPServerState
    let date: HTTPDate
    let handler: HTTPHandler
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: HTTPWorker.scratchBytes, alignment: 16)
    private let onFailure: @Sendable (HTTPFailure) -> Void
    /// Set once, on the loop.
    private(set) var isDraining = false
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]

    init(
        _ loop: EventLoop, _ limits: HTTPLimits, _ state: HTTPServerState, _ date: HTTPDate,
        _ onFailure: @escaping @Sendable (HTTPFailure) -> Void, _ handler: @escaping HTTPHandler
    ) {
        self.loop = loop
        self.limits = limits
        self.state = state
        self.date = date
        self.onFailure = onFailure
        self.handler = handler
    }

    deinit { scratch.deallocate() }

    /// Takes a new connection in, or turns it away when the server is full.
    func admit(_ socket: Socket) {
        guard state.admit(connectionsMax: limits.connectionsMax) else {
            // Best effort: a peer that gets the reset instead of the 503 knows as much.
            bytes(for: HTTPFailure(.overloaded)).withUnsafeBytes { bytes in
                do throws(NetError) { _ = try socket.send(bytes) } catch { return }
            }
            return socket.close()
        }
        let connection = HTTPConnection(socket, self)
        connections[ObjectIdentifier(connection)] = connection
        connection.start()
    }

    func forget(_ connection: HTTPConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        state.leave()
    }

    func report(_ failure: HTTPFailure) {
        state.count(\.failures)
        onFailure(failure)
    }

    /// The answer to a request that is refused; the connection closes after it.
    func bytes(for failure: HTTPFailure) -> [UInt8] {
        var response = HTTPResponse.text(failure.reason.rawValue + "\n", failure.status)
        if failure.status == .serviceUnavailable { response.add("Retry-After", "1") }
        return response.serialized(date: date.now, close: true, forHead: false, toVersion10: false)
    }

    func drain() {
        isDraining = true
        for connection in connections.values { connection.drain() }
    }

    func closeAll() { for connection in connections.values { connection.close() } }
}
