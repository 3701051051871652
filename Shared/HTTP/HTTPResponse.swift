/// What a handler answers. The server adds Date, Content-Length and Connection.
public struct HTTPResponse: Equatable, Sendable {
    public var status: HTTPStatus
    public private(set) var headers: HTTPHeaders
    public var body: [UInt8]

    /// For pages: nothing from elsewhere, no scripts, no framing, forms only to ourselves. Source: W3C CSP Level 3.
    public static let strictPolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// Names that the server writes itself: from a handler they could contradict the framing.
    private static let ownNames = ["content-length", "transfer-encoding", "connection", "date"]

    public init(_ status: HTTPStatus, headers: [HTTPHeaders.Field] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = HTTPHeaders()
        self.body = body
        for field in headers { add(field.name, field.value) }
    }

    /// Adds a header. A name that is no token, a value with control characters, or a name of the server's own is a bug: escape what
    /// came from outside before it is put into a header.
    public mutating func add(_ name: String, _ value: String) {
        precondition(!name.isEmpty && name.utf8.allSatisfy(Octet.isToken), "a header's name is a token")
        precondition(!value.utf8.contains(where: Octet.isControl), "a header's value has no control characters")
        precondition(!HTTPResponse.ownNames.contains { HTTPHeaders.same($0, name) }, "the server writes the framing headers")
        headers.append(name, value)
    }

    /// The same with one more header.
    public func adding(_ name: String, _ value: String) -> HTTPResponse {
        var copy = self
        copy.add(name, value)
        return copy
    }

    /// UTF-8 text, never stored and never sniffed for another type.
    public static func text(_ text: String, _ status: HTTPStatus = .ok, type: String = "text/plain; charset=utf-8") -> HTTPResponse {
        typed(Array(text.utf8), status, type)
    }

    /// A page under `strictPolicy` unless another policy is given; it is never stored, framed, or named as a referrer.
    public static func html(_ page: String, _ status: HTTPStatus = .ok, policy: String = strictPolicy) -> HTTPResponse {
        typed(Array(page.utf8), status, "text/html; charset=utf-8")
            .adding("Content-Security-Policy", policy)
            .adding("Referrer-Policy", "no-referrer")
            .adding("X-Frame-Options", "DENY")
    }

    /// JSON that is encoded already.
    public static func json(_ bytes: [UInt8], _ status: HTTPStatus = .ok) -> HTTPResponse { typed(bytes, status, "application/json") }

    /// A status alone.
    public static func empty(_ status: HTTPStatus) -> HTTPResponse { HTTPResponse(status) }

    /// 303: the browser gets `location`, an absolute path of ours, after a form was taken.
    public static func seeOther(_ location: String) -> HTTPResponse { HTTPResponse(.seeOther).adding("Location", location) }

    private static func typed(_ bytes: [UInt8], _ status: HTTPStatus, _ type: String) -> HTTPResponse {
        HTTPResponse(status, body: bytes)
            .adding("Content-Type", type)
            .adding("X-Content-Type-Options", "nosniff")
            .adding("Cache-Control", "no-store")
    }

    /// The bytes on the wire. `date` is an IMF-fixdate. For HEAD and for statuses without a body, the head alone.
    func serialized(date: String, close: Bool, forHead: Bool, toVersion10: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256 + body.count)
        func put(_ text: String) { bytes.append(contentsOf: text.utf8) }
        put("HTTP/1.1 ")
        put(String(status.code))
        put(" ")
        put(status.reason)
        put("\r\nDate: ")
        put(date)
        for field in headers {
            put("\r\n")
            put(field.name)
            put(": ")
            put(field.value)
        }
        if !status.forbidsBody {
            put("\r\nContent-Length: ")
            put(String(body.count))
        }
        if close { put("\r\nConnection: close") } else if toVersion10 { put("\r\nConnection: keep-alive") }
        put("\r\n\r\n")
        if !forHead && !status.forbidsBody { bytes.append(contentsOf: body) }
        return bytes
    }
}
