import Digest
import Net
import Wire

/// A peer of the mesh made of a bare socket: it can lie, send half a frame, or ask for more than is allowed.
public final class RawPeer {
    public static let patienceMilliseconds: Int64 = 20_000

    public let socket: Socket
    private let service: String
    private var buffer = FrameBuffer(lengthMax: Frame.lengthMax)

    public init(address: SocketAddress, service: String) throws {
        self.service = service
        socket = try Socket.connect(to: address, timeoutMilliseconds: 5000)
        try socket.setReceiveTimeout(milliseconds: RawPeer.patienceMilliseconds)
    }

    deinit { socket.close() }

    /// Nothing came in time, or the stream ended before the hello was done.
    public struct Silence: Error {}

    /// The hello as `peer`, with this key; throws the server's fault.
    public func greet(as peer: String, key: String, secret: [UInt8], bytewise: Bool = false) throws {
        var hello = ClientHello(service: service, peer: peer, key: key, secret: secret, nonce: SecureRandom.bytes(Hello.nonceBytes))
        guard let greeting = try readFrame() else { throw Silence() }
        try send(try hello.claim(greeting, 0..<greeting.count), bytewise: bytewise)
        guard let verdict = try readFrame() else { throw Silence() }
        try hello.finish(verdict, 0..<verdict.count)
    }

    /// `bytewise` sends each byte alone.
    public func send(_ bytes: [UInt8], bytewise: Bool = false) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = bytewise ? rest.prefix(1) : rest
            rest = rest.dropFirst(try piece.withUnsafeBytes { try socket.send($0) } ?? 0)
        }
    }

    /// One frame with this JSON, whatever it is.
    public func send(json: String, bytewise: Bool = false) throws {
        try send(withUnsafeBytes(of: UInt32(json.utf8.count).bigEndian, Array.init) + Array(json.utf8), bytewise: bytewise)
    }

    /// The next frame's payload; nil at the end of the stream.
    public func readFrame() throws -> [UInt8]? {
        while true {
            if let range = try buffer.next() { return Array(buffer.bytes[range]) }
            var failure: (any Error)?
            let count = buffer.fill { target in
                do {
                    guard let count = try socket.receive(into: target) else { throw Silence() }
                    return count
                } catch {
                    failure = error
                    return -1
                }
            }
            if let failure { throw failure }
            if count == 0 { return nil }
        }
    }

    public func readText() throws -> String? { try readFrame().map { String(decoding: $0, as: UTF8.self) } }
}
