import Policy
import Testing
import Wire

/// One request without its type: what its two sides do with bytes, by the same code that a mesh runs.
struct ContractEntry: Sendable, CustomTestStringConvertible {
    /// What a client made of a reply.
    enum Heard: Equatable {
        case ok([UInt8])
        case refused(reason: String, message: String)
        case fault(Fault)
    }

    /// What a service's handler was given, as it would be written again.
    struct Served: Equatable {
        var body: String
        var key: String?
        var trace: String?
    }

    let contract: Contract
    let isKeyed: Bool
    let refusals: [String]
    let requestSchema: Schema
    let responseSchema: Schema
    /// What a gate is asked when the body comes.
    let entrant: @Sendable (_ peer: ConnectedPeer, _ token: String?, _ body: [UInt8]) throws(WireError) -> Entrant
    /// Reads a request's body and writes it again.
    let rewriteRequest: @Sendable ([UInt8]) throws(WireError) -> [UInt8]
    let rewriteResponse: @Sendable ([UInt8]) throws(WireError) -> [UInt8]
    /// The frame's payload that a client sends for a body.
    let send: @Sendable (_ body: [UInt8], _ key: RequestKey?, _ id: Int64, _ options: CallOptions) throws(WireError) -> [UInt8]
    /// What a client makes of a reply's payload.
    let hear: @Sendable (_ reply: [UInt8]) -> Heard
    /// What a service is given, and the payload that it sends back, when its handler answers as told.
    let serve: @Sendable (_ envelope: [UInt8], _ answer: Heard) throws -> (served: Served?, reply: [UInt8])

    var method: String { contract.method }
    var testDescription: String { method }

    init<R: Request>(_ type: R.Type) {
        contract = R.contract
        isKeyed = R.self is any Keyed.Type
        refusals = R.Refusal.self == NoRefusal.self ? [] : R.Refusal.allCases.map(\.rawValue)
        requestSchema = Schema(FieldVisitor.schema(of: R.self))
        responseSchema = Schema(FieldVisitor.schema(of: R.Response.self))
        entrant = { peer, token, body throws(WireError) in
            let request = try FieldVisitor.read(R.self, from: body)
            return Entrant(peer: peer, token: token, contract: R.contract, scope: request.scope, purposes: request.purposes)
        }
        rewriteRequest = { body throws(WireError) in FieldVisitor.write(try FieldVisitor.read(R.self, from: body)) }
        rewriteResponse = { body throws(WireError) in FieldVisitor.write(try FieldVisitor.read(R.Response.self, from: body)) }
        send = { body, key, id, options throws(WireError) in
            var request = try FieldVisitor.read(R.self, from: body)
            request.requestKey = key
            let transport = ScriptedTransport(id: id, reply: .fault(Fault(.unavailable, "nobody is there")))
            _ = transport.call(request, options)
            return transport.sent
        }
        hear = { reply in
            // What is asked doesn't matter here: a blank.
            let outcome: Outcome<R> = ScriptedTransport(id: 0, reply: .frame(reply, reply.indices)).call(R())
            return switch outcome {
            case .ok(let response): .ok(FieldVisitor.write(response))
            case .refused(let reason, let message): .refused(reason: reason.rawValue, message: message)
            case .fault(let fault): .fault(fault)
            }
        }
        serve = { envelope, answer in try Serving<R>().run(envelope, answer) }
    }
}
