/// Reads the one answer to a request, however its bytes are cut. A value: it owns no socket and no clock.
///
/// Strict where two readers could find different ends: one length, in one form, or chunks (RFC 9112 §6.3, §7.1); an answer that only ends
/// with its connection may have been cut off, and is refused. Encodings are refused too: nobody asked for one.
struct HTTPAnswerParser {
    static let interimCountMax = 4
    /// A chunk's size with its extensions, which are passed over.
    static let chunkLineBytesMax = 256

    private enum Stage {
        case statusLine, headers, body(left: Int), chunkSize, chunk(left: Int), chunkEnd, trailers
    }

    private let bodyBytesMax: Int
    private let limits = HTTPLimits()
    private var buffer: [UInt8] = []
    /// Where in the buffer the line begins that is looked at, and how far it was looked at.
    private var start = 0
    private var scanned = 0
    private var headBytes = 0
    private var interimCount = 0
    private var stage = Stage.statusLine
    private var status = 0
    private var headers = HTTPHeaders()
    private var body: [UInt8] = []

    init(bodyBytesMax: Int) { self.bodyBytesMax = bodyBytesMax }

    /// The answer once it is whole; nil: more has to come.
    mutating func feed(_ bytes: some Sequence<UInt8>) throws(HTTPCallFailure) -> HTTPAnswer? {
        buffer.append(contentsOf: bytes)
        while true {
            switch stage {
            case .statusLine:
                guard let line = try line() else { return nil }
                try begin(line)
            case .headers:
                guard let line = try line() else { return nil }
                if !line.isEmpty {
                    try take(line)
                } else if (100...199).contains(status) {
                    // RFC 9110 §15.2: any number may come before the answer; some is enough.
                    interimCount += 1
                    guard interimCount <= HTTPAnswerParser.interimCountMax, status != 101 else { throw .malformed }
                    stage = .statusLine
                } else {
                    stage = try framing()
                }
            case .body(let left), .chunk(let left):
                let part = buffer[start...].prefix(left)
                body += part
                consume(part.count)
                let isInChunk = if case .chunk = stage { true } else { false }
                guard part.count == left else {
                    stage = isInChunk ? .chunk(left: left - part.count) : .body(left: left - part.count)
                    return nil
                }
                if !isInChunk { return HTTPAnswer(status: status, headers: headers, body: body) }
                stage = .chunkEnd
            case .chunkEnd:
                guard let line = try line() else { return nil }
                guard line.isEmpty else { throw .malformed }
                stage = .chunkSize
            case .chunkSize:
                guard let line = try line(bytesMax: HTTPAnswerParser.chunkLineBytesMax) else { return nil }
                let size = try chunkSize(line)
                stage = size == 0 ? .trailers : .chunk(left: size)
            case .trailers:
                guard let line = try line() else { return nil }
                // What stands behind the body is passed over.
                if line.isEmpty { return HTTPAnswer(status: status, headers: headers, body: body) }
            }
        }
    }

    // MARK: Parts

    /// "HTTP/1.1 200 OK" (RFC 9112 §4).
    private mutating func begin(_ line: [UInt8]) throws(HTTPCallFailure) {
        let parts = line.split(separator: Octet.space, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].elementsEqual("HTTP/1.1".utf8) || parts[0].elementsEqual("HTTP/1.0".utf8),
            parts[1].count == 3, parts[1].allSatisfy(Octet.isDigit), parts[1].first != UInt8(ascii: "0")
        else { throw .malformed }
        status = parts[1].reduce(0) { $0 * 10 + Int($1 & 0x0f) }
        headers = HTTPHeaders()
        stage = .headers
    }

    private mutating func take(_ line: [UInt8]) throws(HTTPCallFailure) {
        guard headers.count < limits.headerCountMax else { throw .tooLarge }
        do throws(HTTPFailure) {
            let (name, value) = try line.withUnsafeBufferPointer { (bytes) throws(HTTPFailure) in try HTTPHead.field(bytes[...]) }
            headers.append(name, value)
        } catch { throw .malformed }
    }

    private func framing() throws(HTTPCallFailure) -> Stage {
        let encoding = headers["Content-Encoding"]
        guard encoding == nil || HTTPHeaders.same(encoding ?? "", "identity") else { throw .malformed }
        let lengths = headers.values("Content-Length")
        if status == HTTPStatus.noContent.code || status == HTTPStatus.notModified.code { return .body(left: 0) }
        if let transfer = headers["Transfer-Encoding"] {
            guard HTTPHeaders.same(transfer, "chunked"), lengths.isEmpty else { throw .malformed }
            return .chunkSize
        }
        guard lengths.count == 1 else { throw .malformed }
        let length: Int
        do throws(HTTPFailure) { length = try HTTPFraming.length(lengths[0]) } catch {
            throw error.reason == .bodyTooLarge ? .tooLarge : .malformed
        }
        // Length first: a lying peer must not make us allocate.
        guard length <= bodyBytesMax else { throw .tooLarge }
        return .body(left: length)
    }

    /// 1*HEXDIG, then perhaps blanks and extensions (RFC 9112 §7.1).
    private func chunkSize(_ line: [UInt8]) throws(HTTPCallFailure) -> Int {
        let digits = line.prefix { Octet.hexValue($0) != nil }
        let rest = line.dropFirst(digits.count).drop { $0 == Octet.space || $0 == Octet.tab }
        guard !digits.isEmpty, rest.isEmpty || rest.first == UInt8(ascii: ";") else { throw .malformed }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        guard significant.count <= 8 else { throw .tooLarge }
        let size = significant.reduce(0) { $0 << 4 | Int(Octet.hexValue($1) ?? 0) }
        guard size <= bodyBytesMax - body.count else { throw .tooLarge }
        return size
    }

    // MARK: Bytes

    /// The next line without its CRLF; nil when it is not whole yet.
    private mutating func line(bytesMax: Int? = nil) throws(HTTPCallFailure) -> [UInt8]? {
        let bytesMax = bytesMax ?? limits.headBytesMax - headBytes
        while scanned < buffer.count {
            guard scanned - start < bytesMax else { throw .tooLarge }
            scanned += 1
            guard buffer[scanned - 1] == Octet.lineFeed else { continue }
            let line = buffer[start..<scanned].dropLast(2)
            guard scanned - start >= 2, buffer[scanned - 2] == Octet.carriageReturn,
                !line.contains(where: { Octet.isControl($0) && $0 != Octet.tab })
            else { throw .malformed }
            // The lines between chunks are as many as there are chunks: each has its own limit.
            switch stage {
            case .statusLine, .headers, .trailers: headBytes += scanned - start
            case .body, .chunkSize, .chunk, .chunkEnd: break
            }
            let found = Array(line)
            consume(scanned - start)
            return found
        }
        return nil
    }

    private mutating func consume(_ count: Int) {
        start += count
        // Moved to the front only once as much again has been read: many small chunks don't each move all that follows.
        if start > buffer.count / 2 {
            buffer.removeFirst(start)
            start = 0
        }
        scanned = start
    }
}
