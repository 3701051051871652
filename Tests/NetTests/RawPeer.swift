import Foundation
import Net
import Testing
import Wire

/// A peer made of a bare socket, for what a well-behaved client never does.
final class RawPeer {
    let socket: Socket
    private var buffer = FrameBuffer(lengthMax: Frame.lengthMax)

    init(_ service: TestService) throws {
        socket = try Socket.connect(to: SocketAddress(host: "127.0.0.1", port: service.listener.port), timeoutMilliseconds: 5000)
        try socket.setReceiveTimeout(milliseconds: TestService.patienceMilliseconds)
    }

    deinit { socket.close() }

    /// The hello as it should be; throws the server's fault.
    func greet(as peer: String = "intake", bytewise: Bool = false) throws {
        var hello = ClientHello(
            service: "test", peer: peer, key: "k1", secret: TestService.secret, nonce: (0..<32).map { _ in .random(in: 0...255) })
        let greeting = try #require(try readFrame())
        let claim = try hello.claim(greeting, 0..<greeting.count)
        try send(claim, bytewise: bytewise)
        let verdict = try #require(try readFrame())
        try hello.finish(verdict, 0..<verdict.count)
    }

    func send(_ bytes: [UInt8], bytewise: Bool = false) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(bytewise ? rest.prefix(1) : rest)
            let count = try piece.withUnsafeBytes { try socket.send($0) }
            rest = rest.dropFirst(try #require(count))
        }
    }

    func send(json: String, bytewise: Bool = false) throws {
        try send(withUnsafeBytes(of: UInt32(json.utf8.count).bigEndian, Array.init) + Array(json.utf8), bytewise: bytewise)
    }

    /// The next frame's payload; nil at the end of the stream.
    func readFrame() throws -> [UInt8]? {
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

    func readText() throws -> String? { try readFrame().map { String(decoding: $0, as: UTF8.self) } }

    /// Nothing came in time.
    struct Silence: Error {}
}
