import Baselines
import Glibc
import Net

/// Bare C at both ends of a connection: so many bytes there, so many back, one after the other.
final class RawExchange: @unchecked Sendable {  // Used by one thread at a time.
    private let server: ChildProcess
    private let socket: Socket
    private let request: [UInt8]
    private let replyBytes: Int

    /// The other end runs on `core`.
    init(requestBytes: Int, replyBytes: Int, serverCore core: Int32, _ folder: WorkFolder, name: String) throws {
        let (server, port) = try pinned(to: core) {
            try ServerRole.raw(requestBytes: requestBytes, replyBytes: replyBytes).start(folder, name: name)
        }
        self.server = server
        socket = try Socket.connect(to: SocketAddress(host: "127.0.0.1", port: port), timeoutMilliseconds: 1_000)
        request = [UInt8](repeating: UInt8(ascii: "r"), count: requestBytes)
        self.replyBytes = replyBytes
    }

    /// Nanoseconds of each of `count` round trips.
    func measure(_ count: Int) throws -> [Int64] {
        var nanoseconds = [Int64](repeating: 0, count: count)
        let code = baseline_exchange(socket.descriptor, request, request.count, replyBytes, Int32(count), &nanoseconds)
        guard code == 0 else { throw BenchmarkFailure("raw round trip: \(String(cString: strerror(code)))") }
        return nanoseconds
    }

    func stop() {
        socket.close()
        server.stop()
    }
}
