import HTTP

/// What the tests say to the parser and what they make of its answers.
enum Samples {
    static func get(_ target: String = "/", _ headers: [String] = []) -> String { request("GET", target, headers) }

    static func post(_ target: String = "/", _ body: String, _ headers: [String] = []) -> String {
        request("POST", target, headers + ["Content-Length: \(body.utf8.count)"], body)
    }

    static func request(_ method: String, _ target: String, _ headers: [String], _ body: String = "") -> String {
        (["\(method) \(target) HTTP/1.1", "Host: bot.example"] + headers).map { $0 + "\r\n" }.joined() + "\r\n" + body
    }

    /// Streams of one to three requests that are all good.
    static let streams: [String] = [
        get(),
        get("/contact?name=Ana+Lima&x=%C3%A9"),
        post("/webhooks/instagram", "{\"object\":\"instagram\"}", ["X-Hub-Signature-256: sha256=00ff"]),
        post("/demo", "email=ana%40example.org", ["Content-Type: application/x-www-form-urlencoded"]),
        get("/a") + post("/b", "12345") + get("/c", ["Connection: close"]),
        "\r\n" + get("/after-an-empty-line"),
        "GET /old HTTP/1.0\r\n\r\n",
        "GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        get("http://bot.example/absolute"),
        request("OPTIONS", "*", ["X-Empty:", "X-Blank: \t  ", "X-Text: \tcaf\u{e9} \t"]),
        post("/empty", ""),
        request("HEAD", "/healthz", ["Accept: */*", "Accept: text/html"])
    ]

    /// Everything that comes out of the stream when it is fed in these pieces.
    static func outputs(_ pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits()) -> (requests: [HTTPRequest], failure: HTTPFailure?) {
        var parser = HTTPParser(limits: limits)
        var requests: [HTTPRequest] = []
        for piece in pieces {
            parser.feed(piece)
            reading: while true {
                switch parser.next() {
                case .needMore: break reading
                case .expectsContinue: continue
                case .request(let request): requests.append(request)
                case .failure(let failure): return (requests, failure)
                }
            }
        }
        return (requests, nil)
    }

    static func outputs(_ text: String) -> (requests: [HTTPRequest], failure: HTTPFailure?) { outputs([Array(text.utf8)]) }

    static func refusal(_ text: String) -> HTTPFailure.Reason? { outputs(text).failure?.reason }

    /// The request as bytes once more, in the plainest form.
    static func serialized(_ request: HTTPRequest) -> [UInt8] {
        var text = "\(request.method.rawValue) \(request.target) HTTP/1.\(request.isVersion10 ? 0 : 1)\r\n"
        for field in request.headers { text += "\(field.name): \(field.value)\r\n" }
        return Array((text + "\r\n").utf8) + request.body
    }

    /// Whether the request means the same when it is written down and read again, alone and whole.
    static func survivesRewriting(_ request: HTTPRequest) -> Bool {
        let again = outputs([serialized(request)])
        return again.failure == nil && again.requests == [request]
    }
}
