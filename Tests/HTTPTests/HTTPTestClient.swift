import Net
import Testing

/// A blocking client that reads responses to the byte.
final class HTTPTestClient {
    struct Response: Equatable {
        let status: Int
        let head: String
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var closes: Bool { head.contains("\r\nConnection: close") }
    }

    /// A guard against a test that hangs, not a measure of anything.
    private static let patienceMilliseconds: Int64 = 10_000

    let socket: Socket
    private var buffer: [UInt8] = []

    init(_ port: UInt16) throws {
        socket = try Socket.connect(to: SocketAddress(host: "127.0.0.1", port: port), timeoutMilliseconds: 5_000)
        try socket.setReceiveTimeout(milliseconds: HTTPTestClient.patienceMilliseconds)
    }

    deinit { socket.close() }

    func send(_ text: String) throws {
        let sent = try Array(text.utf8).withUnsafeBytes { try socket.send($0) }
        #expect(sent == text.utf8.count)
    }

    /// The next response; the head alone when `forHead`.
    func response(forHead: Bool = false) throws -> Response {
        while true {
            if let end = headEnd {
                let head = String(decoding: buffer[..<end], as: UTF8.self)
                let lengthLine = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                let length = forHead ? 0 : lengthLine.flatMap { Int($0.dropFirst(16)) } ?? 0
                if buffer.count >= end + length {
                    let body = Array(buffer[end..<end + length])
                    buffer.removeFirst(end + length)
                    return Response(status: try #require(Int(head.dropFirst(9).prefix(3))), head: head, body: body)
                }
            }
            try #require(try receive() > 0, "the connection ended before the response did")
        }
    }

    /// How many bytes come until the server closes.
    func bytesUntilEnd() throws -> Int {
        while try receive() > 0 {}
        return buffer.count
    }

    private var headEnd: Int? {
        guard buffer.count >= 4 else { return nil }
        return (4...buffer.count).first { buffer[$0 - 4..<$0].elementsEqual("\r\n\r\n".utf8) }
    }

    private func receive() throws -> Int {
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        let count = try chunk.withUnsafeMutableBytes { try socket.receive(into: $0) }
        let bytes = try #require(count, "the server stays silent")
        buffer.append(contentsOf: chunk[..<bytes])
        return bytes
    }
}
