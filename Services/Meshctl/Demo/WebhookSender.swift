import Digest
import Net

/// Posts webhooks as Meta does: HTTP/1.1, signed over the raw bytes of the body.
struct WebhookSender {
    static let timeoutMilliseconds: Int32 = 5000

    let address: SocketAddress

    /// Posts `body` signed with `secret`; returns the answer's status.
    func post(_ path: String, _ body: String, secret: [UInt8]) throws -> Int {
        let signature = Hex.encode(HMACSHA256Key(secret).authenticate(Array(body.utf8)))
        return try send(
            """
            POST \(path) HTTP/1.1\r
            Host: \(address.host)\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            X-Hub-Signature-256: sha256=\(signature)\r
            Connection: close\r
            \r
            \(body)
            """
        ).status
    }

    func get(_ path: String) throws -> (status: Int, text: String) {
        try send("GET \(path) HTTP/1.1\r\nHost: \(address.host)\r\nConnection: close\r\n\r\n")
    }

    /// One connection a request: the answer ends with it.
    private func send(_ request: String) throws -> (status: Int, text: String) {
        let socket = try Socket.connect(to: address, timeoutMilliseconds: WebhookSender.timeoutMilliseconds)
        defer { socket.close() }
        try socket.setReceiveTimeout(milliseconds: Int64(WebhookSender.timeoutMilliseconds))
        var rest = Array(request.utf8)[...]
        while !rest.isEmpty {
            let sent = try rest.withUnsafeBytes { try socket.send($0) } ?? 0
            rest = rest.dropFirst(sent)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while let count = try buffer.withUnsafeMutableBytes({ try socket.receive(into: $0) }), count > 0 { answer += buffer[..<count] }
        let text = String(decoding: answer, as: UTF8.self)
        guard let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure(status: Exit.fault, message: "no answer from \(address): is the mesh up? (`meshctl status`)")
        }
        return (status, text)
    }
}
