/// Finds requests in a stream of bytes, however the bytes are cut. A value: it owns no socket and no clock.
///
/// After a failure there is no next request: nobody knows where it would begin. Source: RFC 9112.
public struct HTTPParser: Sendable {
    public enum Output: Equatable, Sendable {
        case needMore
        /// The peer waits before it sends the body: send "100 Continue" and ask again (RFC 9110 §10.1.1).
        case expectsContinue
        case request(HTTPRequest)
        case failure(HTTPFailure)
    }

    /// Where in the stream the parser stands, for the deadlines.
    public enum Stage: Equatable, Sendable { case betweenRequests, head, body, failed }

    private let limits: HTTPLimits
    private var buffer: [UInt8] = []
    private var start = 0
    private var scanned = 0
    private var lineStart = 0
    private var lineCount = 0
    private var hasSkippedLine = false
    private var request: HTTPRequest?
    private var bodyLength = 0
    private var owesContinue = false
    private var failure: HTTPFailure?

    public init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    public var stage: Stage {
        if failure != nil { return .failed }
        if request != nil { return .body }
        return start == buffer.count ? .betweenRequests : .head
    }

    /// Bytes held for what is not complete yet.
    public var heldBytes: Int { buffer.count - start + (request?.body.count ?? 0) }

    public mutating func feed(_ bytes: [UInt8]) { bytes.withUnsafeBytes { feed($0) } }

    public mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        guard failure == nil else { return }
        // A large body grows in its own array, in step with what arrived: its announced length allocates nothing.
        let wanted = start == buffer.count && request != nil ? min(bytes.count, bodyLength - request!.body.count) : 0
        request?.body.append(contentsOf: bytes.prefix(wanted))
        buffer.append(contentsOf: bytes.dropFirst(wanted))
    }

    /// The next thing in the stream; call until it says `.needMore`.
    public mutating func next() -> Output {
        if let failure { return .failure(failure) }
        do {
            if request == nil {
                guard let end = try scanHead() else {
                    releaseConsumed()
                    return .needMore
                }
                try beginRequest(headEnd: end)
            }
        } catch {
            failure = error
            buffer = []
            start = 0
            return .failure(error)
        }
        return nextOfBody()
    }

    private mutating func beginRequest(headEnd: Int) throws(HTTPFailure) {
        let headStart = start
        let head = try buffer.withUnsafeBufferPointer { (bytes) throws(HTTPFailure) in
            try HTTPHead(UnsafeBufferPointer(rebasing: bytes[headStart..<headEnd]), limits: limits)
        }
        request = head.request
        bodyLength = head.bodyLength
        owesContinue = head.expectsContinue
        startMessage(at: scanned)
    }

    private mutating func nextOfBody() -> Output {
        let count = min(buffer.count - start, bodyLength - request!.body.count)
        if count > 0 {
            request!.body.append(contentsOf: buffer[start..<start + count])
            startMessage(at: start + count)
        }
        releaseConsumed()
        if request!.body.count == bodyLength {
            defer { request = nil }
            return .request(request!)
        }
        defer { owesContinue = false }
        return owesContinue && request!.body.isEmpty ? .expectsContinue : .needMore
    }

    /// Looks for the empty line that ends the head; returns where the last header's line ends. Each byte is looked at once, so
    /// a refusal doesn't depend on how the bytes were cut.
    private mutating func scanHead() throws(HTTPFailure) -> Int? {
        while scanned < buffer.count {
            if scanned - start >= limits.headBytesMax { throw HTTPFailure(lineCount == 0 ? .targetTooLong : .headTooLarge) }
            let byte = buffer[scanned]
            let followsReturn = scanned > lineStart && buffer[scanned - 1] == Octet.carriageReturn
            if byte == Octet.lineFeed {
                guard followsReturn else { throw HTTPFailure(.bareLineFeed) }
                let isEmpty = scanned - 1 == lineStart
                scanned += 1
                if isEmpty {
                    if lineCount > 0 { return lineStart }
                    // RFC 9112 §2.2: one empty line before a request is forgiven, for old clients that end a body with one.
                    guard !hasSkippedLine else { throw HTTPFailure(.malformedRequestLine) }
                    startMessage(at: scanned)
                    hasSkippedLine = true
                    continue
                }
                lineCount += 1
                if lineCount > limits.headerCountMax + 1 { throw HTTPFailure(.tooManyHeaders) }
                lineStart = scanned
                continue
            }
            if followsReturn { throw HTTPFailure(.bareCarriageReturn) }
            if Octet.isControl(byte) && byte != Octet.tab && byte != Octet.carriageReturn { throw HTTPFailure(.controlCharacter) }
            scanned += 1
        }
        return nil
    }

    private mutating func startMessage(at index: Int) {
        start = index
        scanned = index
        lineStart = index
        lineCount = 0
        hasSkippedLine = false
    }

    /// Gives the buffer back once nothing in it is needed; a pipelined rest moves to the front when it is the smaller part, so
    /// that many small requests in one buffer don't each move all that follow.
    private mutating func releaseConsumed() {
        guard start > 0, start >= buffer.count - start else { return }
        let skipped = hasSkippedLine
        let (scan, line, lines) = (scanned - start, lineStart - start, lineCount)
        if start == buffer.count { buffer = [] } else { buffer.removeFirst(start) }
        startMessage(at: 0)
        (scanned, lineStart, lineCount, hasSkippedLine) = (scan, line, lines, skipped)
    }
}
