import Glibc
import Wire

/// How a client reaches its service: address, connection, hello.
struct MeshDial: Sendable {
    static let connectTimeoutMilliseconds: Int64 = 2000

    /// Whose keys these are.
    let peer: String
    let service: String
    let keys: LinkKeys
    let address: @Sendable () throws -> (host: String, port: UInt16)
    let random: @Sendable (Int) -> [UInt8]

    /// A connection whose hello is done; `unauthenticated` when the two sides don't share a key, else `unavailable` and the like.
    /// - Parameter isWanted: asked now and then; false gives up.
    func connect(isWanted: @escaping () -> Bool) throws(Fault) -> MeshLink {
        guard let (key, secret) = keys.newest(service) else {
            throw Fault(.unauthenticated, "no key for \(service): make one and restart")
        }
        let socket = try open(isWanted)
        do throws(Fault) {
            var hello = ClientHello(
                service: service, peer: peer, key: key, secret: secret, nonce: random(Hello.nonceBytes))
            var buffer = FrameBuffer()
            let deadline = EventLoop.monotonicMilliseconds() + Hello.timeoutMilliseconds
            let frames = HelloFrame(socket, deadline: deadline, isWanted: isWanted)
            let greeting = try frames.next(&buffer)
            let claim = try hello.claim(buffer.bytes, greeting)
            try send(claim, socket)
            let verdict = try frames.next(&buffer)
            try hello.finish(buffer.bytes, verdict)
            do throws(NetError) { return try MeshLink(socket, buffer) } catch { throw MeshDial.fault(error) }
        } catch {
            socket.close()
            throw error
        }
    }

    private func open(_ isWanted: @escaping () -> Bool) throws(Fault) -> Socket {
        let place: (host: String, port: UInt16)
        do { place = try address() } catch { throw Fault(.unavailable, "no address of \(service) is known") }
        do throws(NetError) {
            let address = try SocketAddress(host: place.host, port: place.port)
            let socket = try Socket.open(address)
            do throws(NetError) {
                try socket.setNonblocking(true)
                try socket.setNoDelay()
                try socket.setNoticesVanishedPeer()
                try connect(socket, address, isWanted)
                try socket.setNonblocking(false)
                return socket
            } catch {
                socket.close()
                throw error
            }
        } catch { throw MeshDial.fault(error) }
    }

    /// In slices, so that deadlines of calls are kept although the other side doesn't answer.
    private func connect(_ socket: Socket, _ address: SocketAddress, _ isWanted: @escaping () -> Bool) throws(NetError) {
        guard address.withSockaddr({ Glibc.connect(socket.descriptor, $0, $1) }) != 0 else { return }
        guard errno == EINPROGRESS else { throw Socket.failure("connect") }
        let deadline = EventLoop.monotonicMilliseconds() + MeshDial.connectTimeoutMilliseconds
        do throws(Fault) { try HelloFrame(socket, deadline: deadline, isWanted: isWanted).waitUntil(POLLOUT) } catch {
            throw NetError(operation: "connect", errno: ETIMEDOUT, hint: "check that the other side is up")
        }
        var pending: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &pending, &size)
        guard pending == 0 else { throw NetError(operation: "connect", errno: pending, hint: "check that the other side is up") }
    }

    private func send(_ frame: [UInt8], _ socket: Socket) throws(Fault) {
        let count = frame.withUnsafeBytes { Glibc.send(socket.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        // A fresh connection's buffer takes a hello whole.
        guard count == frame.count else { throw MeshDial.fault(Socket.failure("send the hello")) }
    }

    private static func fault(_ error: NetError) -> Fault { Fault(.unavailable, "\(error)") }
}
