import Digest
import Net

/// Posts webhooks as Meta does, over one connection that is kept alive. One thread at a time.
public final class WebhookClient {
    public struct Answer: Sendable {
        public let status: Int
        public let body: String
    }

    private let address: SocketAddress
    private var socket: Socket?

    public init(address: SocketAddress) { self.address = address }

    deinit { socket?.close() }

    /// Posts `body` signed with `secret` (nil: unsigned).
    /// - Throws: when no whole answer came: whether it was taken is unknown.
    public func post(_ path: String, _ body: [UInt8], secret: [UInt8]?, headers: String = "") throws -> Answer {
        try exchange(WebhookClient.request(path, body, secret: secret, host: address.host, headers: headers))
    }

    /// The bytes that `post` sends.
    public static func request(_ path: String, _ body: [UInt8], secret: [UInt8]?, host: String, headers: String = "") -> [UInt8] {
        let signature = secret.map { "X-Hub-Signature-256: sha256=\(Hex.encode(HMACSHA256Key($0).authenticate(body)))\r\n" } ?? ""
        let head = "POST \(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Length: \(body.count)\r\n\(signature)\(headers)\r\n"
        return Array(head.utf8) + body
    }

    public func get(_ path: String) throws -> Answer {
        try exchange(Array("GET \(path) HTTP/1.1\r\nHost: \(address.host)\r\n\r\n".utf8))
    }

    public func exchange(_ request: [UInt8]) throws -> Answer {
        do {
            let socket = try self.socket ?? Socket.connect(to: address, timeoutMilliseconds: 2000)
            try socket.setReceiveTimeout(milliseconds: 10_000)
            self.socket = socket
            var rest = request[...]
            while !rest.isEmpty { rest = rest.dropFirst(try rest.withUnsafeBytes { try socket.send($0) } ?? 0) }
            return try receive(socket)
        } catch {
            socket?.close()
            socket = nil
            throw error
        }
    }

    private struct Incomplete: Error {}

    private func receive(_ socket: Socket) throws -> Answer {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            guard let count = try buffer.withUnsafeMutableBytes({ try socket.receive(into: $0) }), count > 0 else { throw Incomplete() }
            bytes += buffer[..<count]
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            let lines = head.split(separator: "\r\n").map(String.init)
            let stated = lines.first { $0.lowercased().hasPrefix("content-length:") }
            let length = stated.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
            guard bytes.count - end.upperBound >= length else { continue }
            guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { throw Incomplete() }
            if head.lowercased().contains("connection: close") {
                socket.close()
                self.socket = nil
            }
            return Answer(status: status, body: String(decoding: bytes[end.upperBound..<end.upperBound + length], as: UTF8.self))
        }
    }
}
