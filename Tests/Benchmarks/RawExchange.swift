import Baselines
import Glibc
import Net

/// Bare C at both ends of a connection: so many bytes there, so many back, one after the other.
final class RawExchange: @unchecked Sendable {  // Used by one thread at a time.
    private let server: ChildProcess
    private let socket: Socket
    private let frames: FrameBytes

    /// The other end runs on `core`.
    init(_ role: ServerRole, _ frames: FrameBytes, serverCore core: Int32, _ folder: WorkFolder, name: String) throws {
        let (server, port) = try pinned(to: core) { try role.start(folder, name: name) }
        self.server = server
        self.frames = frames
        socket = try Socket.connect(to: SocketAddress(host: "127.0.0.1", port: port), timeoutMilliseconds: 1_000)
    }

    /// Nanoseconds of each of so many round trips.
    func measure(_ count: Int) throws -> [Int64] { try measure(asking: [Int64](repeating: 0, count: count), expecting: 0) }

    /// Nanoseconds of a round trip for each of `numbers`, whose reply must begin with `expected`.
    func measure(asking numbers: [Int64], expecting expected: Int64) throws -> [Int64] {
        var nanoseconds = [Int64](repeating: 0, count: numbers.count)
        let code = baseline_exchange(
            socket.descriptor, frames.request, frames.reply, numbers, Int32(numbers.count), expected, &nanoseconds)
        guard code == 0 else { throw BenchmarkFailure("raw round trip: \(String(cString: strerror(code)))") }
        return nanoseconds
    }

    func stop() {
        socket.close()
        server.stop()
    }
}
