/// Why a connection can't go on: it is answered with `status`, the reason as text, and closed.
///
/// A reason is constant text and never repeats what the peer sent, so it may be shown and logged.
public struct HTTPFailure: Error, Hashable, Sendable {
    public enum Reason: String, CaseIterable, Sendable {
        case bareLineFeed = "a line ends in LF without CR"
        case bareCarriageReturn = "a CR without LF"
        case controlCharacter = "a control character in the head"
        case malformedRequestLine = "the request line is not: method, space, target, space, version"
        case unsupportedVersion = "only HTTP/1.1 and HTTP/1.0 are spoken here"
        case malformedTarget = "the request target is malformed"
        case targetTooLong = "the request line is too long"
        case foldedLine = "a header is folded over lines"
        case spaceBeforeColon = "white space before a header's colon"
        case malformedHeader = "a header is malformed"
        case disguisedFraming = "a header that resembles a framing header"
        case headTooLarge = "the headers are too long"
        case tooManyHeaders = "too many headers"
        case missingHost = "the Host header is missing"
        case duplicateHost = "more than one Host header"
        case malformedHost = "the Host header is malformed"
        case duplicateContentLength = "more than one Content-Length header"
        case malformedContentLength = "Content-Length is not a plain decimal number"
        case transferEncoding = "Transfer-Encoding is not accepted: send a Content-Length"
        case unknownExpectation = "only the expectation 100-continue is known"
        case bodyTooLarge = "the body is larger than this door takes"
        case headDeadline = "the headers took too long"
        case bodyDeadline = "the body took too long"
        case answerDeadline = "the answer took too long"
        case overloaded = "too much is on its way already"
    }

    public let reason: Reason

    public init(_ reason: Reason) { self.reason = reason }

    public var status: HTTPStatus {
        switch reason {
        case .bareLineFeed, .bareCarriageReturn, .controlCharacter, .malformedRequestLine, .malformedTarget, .foldedLine,
            .spaceBeforeColon, .malformedHeader, .disguisedFraming, .missingHost, .duplicateHost, .malformedHost,
            .duplicateContentLength, .malformedContentLength:
            .badRequest
        case .headDeadline, .bodyDeadline: .requestTimeout
        case .bodyTooLarge: .contentTooLarge
        case .targetTooLong: .uriTooLong
        case .unknownExpectation: .expectationFailed
        case .headTooLarge, .tooManyHeaders: .headerFieldsTooLarge
        case .transferEncoding: .notImplemented
        case .answerDeadline, .overloaded: .serviceUnavailable
        case .unsupportedVersion: .versionNotSupported
        }
    }
}
