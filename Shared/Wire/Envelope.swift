/// What surrounds a request's body (DESIGN §2). Unknown members are refused: the envelope's version is the hello's.
public struct Envelope: Fields {
    public static let timeoutMillisecondsMax: Int64 = 600_000
    static let methodLengthMax = 64
    static let actorLengthMax = 2048
    static let traceLength = 16

    public var id: Int64 = 0
    public var method = ""
    /// How long the caller waits, in milliseconds from sending.
    public var timeout: Int64 = 0
    /// 16 lower-case hex digits that follow one thing through all processes.
    public var trace: String?
    /// A token naming the person or assistant that acts; absent: the peer itself. The router's gate proves it.
    public var actor: String?
    public var key: RequestKey?
    /// Where the body lies in the frame.
    public var body = JSONRange()

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id, 0...Int64.max)
        fields.field("method", &method, max: Envelope.methodLengthMax)
        visitTimeout(&fields)
        visitOptions(&fields)
        fields.field("body", &body)
    }

    mutating func visitTimeout(_ fields: inout FieldVisitor) {
        fields.field("timeout", &timeout, 1...Envelope.timeoutMillisecondsMax)
    }

    mutating func visitOptions(_ fields: inout FieldVisitor) {
        fields.field("trace", &trace, min: Envelope.traceLength, max: Envelope.traceLength, of: .hex)
        fields.field("actor", &actor, max: Envelope.actorLengthMax)
        fields.field("key", &key)
    }

    /// A whole request as a frame.
    @inlinable
    static func frame<R: Request>(
        _ request: R, with list: WrittenList? = nil, id: Int64, timeout: Int64, options: CallOptions
    ) -> [UInt8] {
        let key = request.requestKey
        if key == nil, list == nil, options.isUsual {
            return Frame.write { writer in
                writer.plain("{\"id\":")
                writer.int(id)
                R.contract.usualHead.withUnsafeBytes { writer.plain($0) }
                FieldVisitor.write(request, into: &writer)
                writer.endObject()
            }
        }
        let bytesMax = list?.bytesMax ?? 0
        return frame(id: id, method: R.contract.method, timeout: timeout, key: key, options: options, reserving: bytesMax) { writer in
            FieldVisitor.write(request, into: &writer, with: list)
        }
    }

    /// As the general way below writes it, for calls that say nothing beside the request itself.
    static func usualHead(method: String, timeout: Int64) -> [UInt8] {
        let start = #"{"id":1"#.utf8.count
        let whole = frame(id: 1, method: method, timeout: timeout, key: nil, options: CallOptions()) { _ in }
        return Array(whole[(Frame.headerBytes + start)...].dropLast())
    }

    /// The same around any body.
    @inlinable
    static func frame(
        id: Int64, method: String, timeout: Int64, key: RequestKey?, options: CallOptions, reserving capacity: Int = 0,
        body: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        Frame.write(reserving: Frame.commonBytes + capacity) { writer in
            writer.beginObject()
            writer.member("id")
            writer.int(id)
            writer.member("method")
            writer.string(method)
            writer.member("timeout")
            writer.int(timeout)
            if let trace = options.trace {
                writer.member("trace")
                writer.string(trace)
            }
            if let actor = options.actor {
                writer.member("actor")
                writer.string(actor)
            }
            if let key {
                writer.member("key")
                writer.string(key.rawValue)
            }
            writer.member("body")
            body(&writer)
            writer.endObject()
        }
    }
}

/// What a caller may say about one call beside the request itself.
public struct CallOptions: Sendable {
    /// nil: the contract's deadline.
    public var timeoutMilliseconds: Int64?
    public var trace: String?
    public var actor: String?

    /// Nothing is said.
    @usableFromInline var isUsual: Bool { timeoutMilliseconds == nil && trace == nil && actor == nil }

    public init(timeoutMilliseconds: Int64? = nil, trace: String? = nil, actor: String? = nil) {
        self.timeoutMilliseconds = timeoutMilliseconds
        self.trace = trace
        self.actor = actor
    }
}

/// A reply: the request's id, and one of `ok`, `refused`, `fault`.
public struct ReplyEnvelope: Fields {
    /// Absent in a fault about a frame whose id could not be read.
    public var id: Int64?
    public var ok: JSONRange?
    public var refused: Refused?
    public var fault: Fault?

    public struct Refused: Fields {
        public var reason = ""
        public var message = ""

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("reason", &reason, max: 64)
            fields.field("message", &message)
        }
    }

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.nullable("id", &id)
        fields.field("ok", &ok)
        fields.field("refused", &refused)
        fields.field("fault", &fault)
    }

    /// A reply larger than a frame becomes a fault: the caller would close the connection over it, and every neighbour would pay.
    @inlinable
    static func ok<Response: Fields>(_ id: Int64, _ response: Response, with list: WrittenList? = nil) -> [UInt8] {
        let frame = reply(id, "ok", reserving: list?.bytesMax ?? 0) { FieldVisitor.write(response, into: &$0, with: list) }
        return frame.count <= Frame.headerBytes + Frame.lengthMax ? frame : fault(id, tooLarge)
    }

    static func refused(_ id: Int64, _ reason: String, _ message: String) -> [UInt8] {
        reply(id, "refused") { writer in
            var refused = Refused()
            refused.reason = reason
            refused.message = Fault.shortened(message)
            FieldVisitor.write(refused, into: &writer)
        }
    }

    /// A whole fault as a frame; nil for the id of a frame whose own could not be read.
    public static func fault(_ id: Int64?, _ fault: Fault) -> [UInt8] {
        reply(id, "fault") { FieldVisitor.write(fault, into: &$0) }
    }

    @usableFromInline
    static var tooLarge: Fault { Fault(.tooLarge, "the reply has more than \(Frame.lengthMax) bytes: ask for less at once") }

    @inlinable
    static func reply(_ id: Int64?, _ kind: StaticString, reserving capacity: Int = 0, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        Frame.write(reserving: Frame.commonBytes + capacity) { writer in
            writer.plain("{\"id\":")
            if let id { writer.int(id) } else { writer.null() }
            writer.member(kind)
            body(&writer)
            writer.endObject()
        }
    }
}
