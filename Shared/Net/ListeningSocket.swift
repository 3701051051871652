import CLinux
import Glibc

/// A TCP socket that waits for connections, for the public doors and for the mesh.
public struct ListeningSocket: Sendable {
    /// Connections that Linux keeps for us until we accept them (also bounded by net.core.somaxconn).
    public static let backlogDefault: Int32 = 512

    /// Where it listens, with the real port when port 0 was asked for.
    public let address: SocketAddress
    private let socket: Socket

    /// Binds and listens. `host` is a numeric address; port 0 lets Linux choose. SO_REUSEADDR, so that a restart needn't wait
    /// for old connections in TIME_WAIT; an IPv6 socket takes IPv6 only. With `nonblocking`, `accept` never waits.
    public init(
        host: String, port: UInt16, backlog: Int32 = ListeningSocket.backlogDefault, nonblocking: Bool = false
    ) throws(NetError) {
        let wanted = try SocketAddress(host: host, port: port)
        let socket = try Socket.open(wanted)
        do throws(NetError) {
            try socket.setOption(SOL_SOCKET, SO_REUSEADDR, 1, "set SO_REUSEADDR")
            if wanted.family == AF_INET6 { try socket.setOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1, "set IPV6_V6ONLY") }
            try socket.setNonblocking(nonblocking)
            guard wanted.withSockaddr({ bind(socket.descriptor, $0, $1) }) == 0 else { throw Socket.failure("bind \(wanted)") }
            guard listen(socket.descriptor, backlog) == 0 else { throw Socket.failure("listen on \(wanted)") }
            address = try SocketAddress(host: host, port: ListeningSocket.boundPort(socket))
        } catch {
            socket.close()
            throw error
        }
        self.socket = socket
    }

    public var port: UInt16 { address.port }
    public var descriptor: Int32 { socket.descriptor }

    /// The next connection, close-on-exec; nil when a non-blocking listener has none. Connections that died while they waited are
    /// passed over. Throws EMFILE or ENFILE when descriptors ran out (the connection stays in the backlog: accept again later),
    /// EINVAL after `shutDown`.
    public func accept(nonblocking: Bool) throws(NetError) -> Socket? {
        while true {
            let descriptor = linux_accept(socket.descriptor, nonblocking ? 1 : 0)
            if descriptor >= 0 { return Socket(descriptor: descriptor) }
            switch errno {
            case EAGAIN, EWOULDBLOCK: return nil
            // accept(2): Linux passes on the pending network errors of the new connection; they are its, not ours.
            case EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTDOWN, EHOSTUNREACH, ENETUNREACH, ENOPROTOOPT, EOPNOTSUPP: continue
            default: throw Socket.failure("accept")
            }
        }
    }

    /// Wakes threads that block in `accept`; the descriptor stays open until `close`.
    public func shutDown() { socket.shutDown() }

    public func close() { socket.close() }

    private static func boundPort(_ socket: Socket) throws(NetError) -> UInt16 {
        var storage = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let code = withUnsafeMutableBytes(of: &storage) { raw in
            getsockname(socket.descriptor, raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
        }
        guard code == 0 else { throw Socket.failure("read the bound port") }
        // The port stands at the same place in sockaddr_in and sockaddr_in6.
        return UInt16(bigEndian: storage.sin6_port)
    }
}
