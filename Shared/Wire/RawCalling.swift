/// Calls whose request and reply are JSON of any shape: for tools that know a method only by its catalogue entry.
public enum RawOutcome: Sendable {
    case ok([UInt8])
    case refused(reason: String, message: String)
    case fault(Fault)
}

extension Transport {
    /// Puts a request given as JSON text and waits. A method's own contract says whether it may be repeated; this sends it once.
    /// - Parameter body: one JSON value; anything else is a `malformed` fault before it is sent.
    public func callRaw(_ method: String, body: [UInt8], key: RequestKey?, _ options: CallOptions = CallOptions()) -> RawOutcome {
        let json: RawJSON
        do throws(WireError) { json = try FieldVisitor.read(RawJSON.self, from: body) } catch {
            return .fault(Fault(.malformed, "the body is no JSON: \(error.message)"))
        }
        let timeout = options.timeoutMilliseconds ?? 5000
        guard timeout > 0 else { return .fault(.noTimeLeft) }
        let reply = exchangeBlocking(timeoutMilliseconds: timeout, mayRepeat: false) { id in
            Envelope.frame(id: id, method: method, timeout: timeout, key: key, options: options) { $0.raw(json.bytes) }
        }
        return RawOutcome(reply)
    }
}

extension RawOutcome {
    fileprivate init(_ reply: ReplyBytes) {
        switch reply {
        case .fault(let fault): self = .fault(fault)
        case .frame(let bytes, let range):
            do throws(WireError) {
                let envelope = try FieldVisitor.read(ReplyEnvelope.self, from: bytes, range, refusesUnknown: true)
                if let ok = envelope.ok {
                    self = .ok(Array(bytes[ok.range]))
                } else if let refused = envelope.refused {
                    self = .refused(reason: refused.reason, message: refused.message)
                } else {
                    self = .fault(envelope.fault ?? Fault(.internal, "an empty reply"))
                }
            } catch { self = .fault(Fault(.internal, "the reply is no envelope: \(error.message)")) }
        }
    }
}
