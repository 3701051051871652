import Glibc
import Net

/// Asks another server, over a connection of its own for each call, and waits for the whole answer.
///
/// Plain HTTP/1.1 to a numeric address: names are not resolved, and TLS is the egress proxy's work that listens there. It follows no
/// redirect, keeps no cookie, and never asks twice. Source: RFC 9110, RFC 9112.
public struct HTTPClient: Sendable {
    /// What the Host header says: whom the server, or the proxy in between, is to take it for.
    public let host: String
    public let address: SocketAddress
    /// For the whole call, from the connection to the last byte.
    public let timeoutMilliseconds: Int64
    public let answerBytesMax: Int

    /// - Parameter host: a name or address, with a port where it is not the usual one; nothing else may stand in it.
    public init(host: String, at address: SocketAddress, timeoutMilliseconds: Int64, answerBytesMax: Int) {
        precondition(HTTPClient.isHost(host), "a host has letters, digits, points and the like")
        self.host = host
        self.address = address
        self.timeoutMilliseconds = timeoutMilliseconds
        self.answerBytesMax = answerBytesMax
    }

    public static func isHost(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(Octet.isHost) }

    /// Whether a request's line may name it: a slash, and then what RFC 3986 allows in a path.
    public static func isPath(_ text: String) -> Bool { text.hasPrefix("/") && text.utf8.allSatisfy(Octet.isPath) }

    /// Posts `body`. What the server answers is the caller's to judge, an error of its own too.
    /// - Parameters:
    ///   - path: as `isPath` says.
    ///   - headers: beside those that frame the body, which are written here.
    public func post(
        _ path: String, _ body: [UInt8], type: String, headers: [HTTPHeaders.Field] = []
    ) throws(HTTPCallFailure) -> HTTPAnswer {
        precondition(HTTPClient.isPath(path), "a path begins with a slash and has no blanks")
        precondition(headers.allSatisfy { !$0.value.utf8.contains(where: Octet.isControl) }, "a header's value has no control characters")
        let head =
            "POST \(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n"
            + "Accept: application/json\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
            + headers.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n"
        let deadline = EventLoop.monotonicMilliseconds() + timeoutMilliseconds
        let socket: Socket
        do throws(NetError) {
            socket = try Socket.connect(to: address, timeoutMilliseconds: Int32(clamping: timeoutMilliseconds))
        } catch {
            throw error.errno == ETIMEDOUT ? .timedOut : .unreachable
        }
        defer { socket.close() }
        do throws(NetError) { try socket.setNonblocking(true) } catch { throw .unreachable }
        try send(Array(head.utf8) + body, socket, deadline)
        return try receive(socket, deadline)
    }

    private func send(_ bytes: [UInt8], _ socket: Socket, _ deadline: Int64) throws(HTTPCallFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try wait(.toSend, socket, deadline)
            do throws(NetError) {
                let sent = try rest.withUnsafeBufferPointer { (bytes) throws(NetError) in try socket.send(UnsafeRawBufferPointer(bytes)) }
                rest = rest.dropFirst(sent ?? 0)
            } catch { throw .unreachable }
        }
    }

    private func receive(_ socket: Socket, _ deadline: Int64) throws(HTTPCallFailure) -> HTTPAnswer {
        var parser = HTTPAnswerParser(bodyBytesMax: answerBytesMax)
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            try wait(.toReceive, socket, deadline)
            let count: Int?
            do throws(NetError) {
                count = try buffer.withUnsafeMutableBufferPointer { (bytes) throws(NetError) in
                    try socket.receive(into: UnsafeMutableRawBufferPointer(bytes))
                }
            } catch { throw .unreachable }
            if count == 0 { throw .unreachable }
            if let count, let answer = try parser.feed(buffer[..<count]) { return answer }
        }
    }

    private func wait(_ readiness: Socket.Readiness, _ socket: Socket, _ deadline: Int64) throws(HTTPCallFailure) {
        var isReady = false
        while !isReady {
            let left = deadline - EventLoop.monotonicMilliseconds()
            guard left > 0 else { throw .timedOut }
            do throws(NetError) { isReady = try socket.wait(readiness, milliseconds: left) } catch { throw .unreachable }
        }
    }
}
