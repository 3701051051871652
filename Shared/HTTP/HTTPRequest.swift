import Net

/// A request that has arrived whole and passed every check of the parser.
public struct HTTPRequest: Equatable, Sendable {
    public let method: HTTPMethod
    /// As it came, query included.
    public let target: String
    /// The path as it came, escapes included.
    public let path: String
    /// The path's parts, each decoded once: never ".", "..", a slash, a backslash or a control character.
    public let segments: [String]
    /// The query's fields, decoded as a form.
    public let query: FormURLEncoded
    public let headers: HTTPHeaders
    /// Exactly as it came: signatures are made over these bytes.
    public internal(set) var body: [UInt8]
    /// False when the connection closes after the response.
    public let keepAlive: Bool
    public let isVersion10: Bool
    /// Who is at the other end of the connection: a proxy, where one stands in front.
    public internal(set) var peer: IPAddress?
    /// What stood at the place of the route's `:parameter`; set by `HTTPRouter`.
    public internal(set) var parameter: String?

    /// A request as a test makes it; `target` must be in origin form.
    public init(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [], peer: IPAddress? = nil
    ) throws(HTTPFailure) {
        self.init(
            method: method, target: target, parsed: try HTTPTarget(Array(target.utf8), method: method), headers: headers,
            keepAlive: true, isVersion10: false)
        self.body = body
        self.peer = peer
    }

    init(method: HTTPMethod, target: String, parsed: HTTPTarget, headers: HTTPHeaders, keepAlive: Bool, isVersion10: Bool) {
        self.method = method
        self.target = target
        path = parsed.path
        segments = parsed.segments
        query = parsed.query
        self.headers = headers
        body = []
        self.keepAlive = keepAlive
        self.isVersion10 = isVersion10
    }

    /// The media type in lower case, without its parameters; nil when there is none.
    public var mediaType: String? {
        headers["content-type"].map { value in
            let type = value.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != Octet.space && $0 != Octet.tab }
            return String(decoding: type.map(Octet.lowercased), as: UTF8.self)
        }
    }

    public enum FormRefusal: Error, Equatable, Sendable {
        /// Answer 415.
        case notAForm
        /// Answer 400.
        case malformed
    }

    /// The body as a submitted form. The media type is checked: a page elsewhere can't post a form under another one unnoticed.
    public func form() throws(FormRefusal) -> FormURLEncoded {
        guard mediaType == "application/x-www-form-urlencoded" else { throw .notAForm }
        do { return try FormURLEncoded(body) } catch { throw .malformed }
    }
}
