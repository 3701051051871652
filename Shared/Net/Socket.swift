import Glibc

/// A socket call that failed: what was tried, what Linux answered, what to do next. Never carries content.
public struct NetError: Error, Equatable, CustomStringConvertible {
    public let operation: String
    public let errno: Int32
    public let hint: String

    public init(operation: String, errno: Int32, hint: String) {
        self.operation = operation
        self.errno = errno
        self.hint = hint
    }

    public var description: String { "\(operation): \(String(cString: strerror(errno))) (errno \(errno)): \(hint)" }
}

/// A numeric IPv4 or IPv6 address with a port. Names are not resolved: a resolver blocks and can be lied to.
public struct SocketAddress: Equatable, Sendable, CustomStringConvertible {
    public let host: String
    public let port: UInt16

    /// Takes "127.0.0.1", "0.0.0.0", "::1", "::" and the like; anything else is a `NetError` with EINVAL.
    public init(host: String, port: UInt16) throws(NetError) {
        self.host = host
        self.port = port
        guard family != nil else {
            throw NetError(operation: "read address", errno: EINVAL, hint: "write a numeric IPv4 or IPv6 address")
        }
    }

    /// Whether only programs of this machine can reach it: 127.0.0.0/8 or ::1.
    public var isLoopback: Bool { IPAddress(host)?.isLoopback ?? false }

    public var description: String { family == AF_INET6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    var family: Int32? {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, host, &four) == 1 { return AF_INET }
        return inet_pton(AF_INET6, host, &six) == 1 ? AF_INET6 : nil
    }

    /// Runs `body` over the address as the kernel takes it.
    func withSockaddr<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        if family == AF_INET {
            var four = sockaddr_in()
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            inet_pton(AF_INET, host, &four.sin_addr)
            return withUnsafeBytes(of: &four) { raw in
                body(raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
            }
        }
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        inet_pton(AF_INET6, host, &six.sin6_addr)
        return withUnsafeBytes(of: &six) { raw in
            body(raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
        }
    }
}

/// A TCP socket's descriptor with the calls that the mesh makes on it. Whoever owns it closes it, once.
public struct Socket: Equatable, Sendable {
    public let descriptor: Int32

    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Connects a blocking socket with TCP_NODELAY, within `timeoutMilliseconds`; ETIMEDOUT beyond.
    public static func connect(to address: SocketAddress, timeoutMilliseconds: Int32) throws(NetError) -> Socket {
        let socket = try Socket.open(address)
        do throws(NetError) {
            try socket.setNonblocking(true)
            let code = address.withSockaddr { Glibc.connect(socket.descriptor, $0, $1) }
            if code != 0 {
                guard errno == EINPROGRESS else { throw Socket.failure("connect") }
                var entry = pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0)
                var ready = poll(&entry, 1, timeoutMilliseconds)
                while ready < 0 && errno == EINTR { ready = poll(&entry, 1, timeoutMilliseconds) }
                guard ready != 0 else {
                    throw NetError(operation: "connect", errno: ETIMEDOUT, hint: "check that the other side is up")
                }
                var pending: Int32 = 0
                var size = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &pending, &size)
                guard ready > 0, pending == 0 else {
                    throw NetError(
                        operation: "connect", errno: pending == 0 ? errno : pending, hint: "check that the other side is up")
                }
            }
            try socket.setNonblocking(false)
            try socket.setNoDelay()
            return socket
        } catch {
            socket.close()
            throw error
        }
    }

    /// A new close-on-exec stream socket of the address's family.
    static func open(_ address: SocketAddress) throws(NetError) -> Socket {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(address.family ?? AF_INET, kind, 0)
        guard descriptor >= 0 else { throw failure("open socket") }
        return Socket(descriptor: descriptor)
    }

    /// Reads what is there, at most `buffer.count` bytes: 0 at the end of the stream, nil when a non-blocking socket has nothing
    /// or a receive timeout ran out.
    public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(NetError) -> Int? {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return count }
            if errno == EAGAIN || errno == EWOULDBLOCK { return nil }
            if errno != EINTR { throw Socket.failure("receive") }
        }
    }

    /// Sends a first part of `bytes`; nil when a non-blocking socket takes none now. Never raises SIGPIPE.
    public func send(_ bytes: UnsafeRawBufferPointer) throws(NetError) -> Int? {
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return count }
            if errno == EAGAIN || errno == EWOULDBLOCK { return nil }
            if errno != EINTR { throw Socket.failure("send") }
        }
    }

    public enum Readiness: Sendable { case toReceive, toSend }

    /// Waits until the socket is ready, or broken, which the next call on it tells; false when `milliseconds` were not enough.
    public func wait(_ readiness: Readiness, milliseconds: Int64) throws(NetError) -> Bool {
        let events = readiness == .toReceive ? POLLIN : POLLOUT
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        let count = poll(&entry, 1, Int32(clamping: max(0, milliseconds)))
        if count < 0, errno != EINTR { throw Socket.failure("poll") }
        return count > 0
    }

    /// Small messages leave at once instead of waiting for the peer's acknowledgement (RFC 9293 §3.7.4, Nagle).
    public func setNoDelay() throws(NetError) { try setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1, "set TCP_NODELAY") }

    /// How long what was sent may stay without the peer's acknowledgement before the connection counts as broken.
    public static let unacknowledgedMillisecondsMax: Int32 = 20_000
    /// A connection without traffic is tried after so long, and again at this interval; `keepAliveProbesMax` without an answer end it.
    public static let keepAliveIdleSeconds: Int32 = 15
    public static let keepAliveIntervalSeconds: Int32 = 5
    public static let keepAliveProbesMax: Int32 = 3

    /// Lets a peer that vanished without a word (power cut, cable, firewall) be noticed within half a minute. Source: tcp(7).
    public func setNoticesVanishedPeer() throws(NetError) {
        let level = Int32(IPPROTO_TCP)
        try setOption(SOL_SOCKET, SO_KEEPALIVE, 1, "set SO_KEEPALIVE")
        try setOption(level, TCP_KEEPIDLE, Socket.keepAliveIdleSeconds, "set TCP_KEEPIDLE")
        try setOption(level, TCP_KEEPINTVL, Socket.keepAliveIntervalSeconds, "set TCP_KEEPINTVL")
        try setOption(level, TCP_KEEPCNT, Socket.keepAliveProbesMax, "set TCP_KEEPCNT")
        try setOption(level, TCP_USER_TIMEOUT, Socket.unacknowledgedMillisecondsMax, "set TCP_USER_TIMEOUT")
    }

    public func setNonblocking(_ on: Bool) throws(NetError) {
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) == 0 else {
            throw Socket.failure("set O_NONBLOCK")
        }
    }

    /// Bounds each blocking `receive`; 0 waits without end.
    public func setReceiveTimeout(milliseconds: Int64) throws(NetError) {
        var time = timeval(tv_sec: Int(milliseconds / 1000), tv_usec: Int(milliseconds % 1000 * 1000))
        let size = socklen_t(MemoryLayout<timeval>.size)
        guard setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size) == 0 else { throw Socket.failure("set SO_RCVTIMEO") }
    }

    /// Tells the peer that nothing more comes; reading goes on.
    public func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Who is at the other end; nil when they are gone already.
    public var peer: IPAddress? {
        var storage = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let code = withUnsafeMutableBytes(of: &storage) { raw in
            getpeername(descriptor, raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
        }
        guard code == 0 else { return nil }
        guard Int32(storage.sin6_family) == AF_INET else { return IPAddress(six: storage.sin6_addr) }
        // sockaddr_in has its address where sockaddr_in6 has its flow information.
        return IPAddress(four: in_addr(s_addr: storage.sin6_flowinfo))
    }

    /// Ends both directions and wakes threads that block on the socket; the descriptor stays open until `close`.
    public func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    public func close() { _ = Glibc.close(descriptor) }

    func setOption(_ level: Int32, _ name: Int32, _ value: Int32, _ operation: String) throws(NetError) {
        var value = value
        guard setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw Socket.failure(operation)
        }
    }

    /// The calling thread's errno as an error.
    static func failure(_ operation: String) -> NetError {
        let code = errno
        let hint =
            switch code {
            case EMFILE, ENFILE: "raise the limit of open files"
            case EADDRINUSE: "another program has this port: choose another or stop it"
            case EADDRNOTAVAIL: "this machine doesn't have the address"
            case EACCES: "ports below 1024 need a privilege: choose a higher one"
            case ECONNREFUSED: "check that the other side is up"
            case ECONNRESET, EPIPE: "the peer went away"
            default: "see the system's message"
            }
        return NetError(operation: operation, errno: code, hint: hint)
    }
}
