import Policy
import TestKit
import Testing
import Threads
import Wire

struct RouterTests {
    private let router: Router

    init() {
        router = Router(service: "sample")
        router.on(Greet.self) { request, reply in
            switch request.name {
            case "nobody": reply.refuse(.unknownName, "there is no such person")
            case "broken": reply.fault(.unavailable, "try later")
            case "long": reply.ok(Greet.Response(greeting: String(repeating: "x", count: Frame.lengthMax)))
            case "wordy": reply.refuse(.tooLate, String(repeating: "é", count: 5000))
            case "later":
                Thread("answers later") { reply.ok(Greet.Response(greeting: "at last")) }.detach()
            default: reply.ok(Greet.Response(greeting: "Hello, \(request.name) \(request.times ?? 1)× from \(reply.caller.peer.name)"))
            }
        }
        router.on(Store.self) { request, reply in reply.ok(Store.Response(key: request.key)) }
        router.seal(serving: ["sample.greet", "sample.store"])
    }

    private func transport(as peer: Peer = .intake) -> LocalTransport { LocalTransport(router, as: peer) }

    private func greet(_ name: String) -> Outcome<Greet> { transport().call(Greet(name: name, times: 2)) }

    /// What the router answers to a payload, and whether it closes.
    private func exchange(_ payload: String, as peer: Peer = .intake) -> (replies: [String], closes: Bool) {
        let replies = Collected()
        let bytes = Array(payload.utf8)
        switch router.receive(bytes, 0..<bytes.count, from: ConnectedPeer(peer), send: { reply, _ in replies.add(reply) }) {
        case .handled: return (replies.texts, false)
        case .close(let reply):
            replies.add(reply)
            return (replies.texts, true)
        }
    }

    @Test func anAnswerARefusalAndAFaultReachTheCallerAsSuch() throws {
        let response = try #require(greet("Ada").response)
        #expect(response.greeting == "Hello, Ada 2× from intake")
        #expect(greet("nobody").refusal == .unknownName)
        #expect(greet("nobody").refusalMessage == "there is no such person")
        let fault = try #require(greet("broken").fault)
        #expect(fault == Fault(.unavailable, "try later"))
        #expect(fault.retry)
    }

    @Test func theMessagesAreThoseOfTheDesign() {
        let request = #"{"id":7,"method":"sample.greet","timeout":2000,"trace":"0123456789abcdef","body":{"name":"Ada"}}"#
        #expect(exchange(request).replies == [#"{"id":7,"ok":{"greeting":"Hello, Ada 1× from intake"}}"#])
        let refused = #"{"id":8,"method":"sample.greet","timeout":1,"body":{"name":"nobody"}}"#
        #expect(exchange(refused).replies == [#"{"id":8,"refused":{"reason":"unknownName","message":"there is no such person"}}"#])
        let faulty = #"{"id":9,"method":"sample.greet","timeout":1,"body":{"name":"broken"}}"#
        #expect(exchange(faulty).replies == [#"{"id":9,"fault":{"code":"unavailable","retry":true,"message":"try later"}}"#])
    }

    @Test func membersOfTheEnvelopeMayComeInAnyOrder() {
        let request = #"{"body":{"new":[],"name":"Ada"},"timeout":2000,"method":"sample.greet","id":7}"#
        #expect(exchange(request).replies == [#"{"id":7,"ok":{"greeting":"Hello, Ada 1× from intake"}}"#])
    }

    @Test func aBodyThatDoesNotFitIsMalformedAndTheConnectionGoesOn() {
        for body in ["{}", "[]", "null", #"{"name":1}"#, #"{"name":"Ada","times":4}"#, #"{"name":"Ada","times":null}"#] {
            let answer = exchange(#"{"id":7,"method":"sample.greet","timeout":2000,"body":\#(body)}"#)
            #expect(!answer.closes)
            #expect(answer.replies.count == 1)
            #expect(
                answer.replies[0].hasPrefix(#"{"id":7,"fault":{"code":"malformed","retry":false,"message":"body: expected"#)
                    || body.contains("name"))
            #expect(answer.replies[0].hasPrefix(#"{"id":7,"fault":{"code":"malformed","retry":false,"message":"body: "#))
        }
    }

    @Test func aFaultNeverRepeatsWhatWasSent() {
        for secret in [#"{"name":{"Lovelace":1}}"#, #"{"name":"Ada","times":"Lovelace"}"#, #"{"Lovelace":1}"#] {
            let answer = exchange(#"{"id":7,"method":"sample.greet","timeout":2000,"body":\#(secret)}"#)
            #expect(answer.replies.count == 1 && !answer.replies[0].contains("Lovelace"))
        }
        #expect(exchange(#"{"id":7,"method":"Lovelace","timeout":2000,"body":{}}"#).replies.allSatisfy { !$0.contains("Lovelace") })
        #expect(exchange(#"{"id":7,"Lovelace":1}"#).replies.allSatisfy { !$0.contains("Lovelace") })
    }

    @Test(arguments: [
        ("", "null"), ("x", "null"), ("[]", "null"), ("{}", "null"), (#"{"id":7}"#, "7"), (#"{"id":-7,"method":"sample.greet"}"#, "null"),
        (#"{"id":"7"}"#, "null"), (#"{"id":7,"method":"sample.greet","timeout":2000,"body":{"name":"Ada"},"more":1}"#, "7"),
        (#"{"id":7,"method":"sample.greet","timeout":0,"body":{"name":"Ada"}}"#, "7"),
        (#"{"id":7,"method":"sample.greet","timeout":600001,"body":{"name":"Ada"}}"#, "7"),
        (#"{"id":7,"method":"sample.greet","timeout":2000,"trace":null,"body":{"name":"Ada"}}"#, "7"),
        (#"{"id":7,"method":"sample.greet","timeout":2000,"trace":"0123456789abcde","body":{"name":"Ada"}}"#, "7"),
        (#"{"id":7,"method":"sample.greet","timeout":2000,"trace":"0123456789ABCDEF","body":{"name":"Ada"}}"#, "7"),
        (#"{"id":7,"method":"sample.greet","timeout":2000,"trace":"","body":{"name":"Ada"}}"#, "7"),
        (#"{"id":7,"method":"sample.greet","timeout":2000,"key":"a name","body":{"name":"Ada"}}"#, "7"),
        (#"{"id":7,"method":"sample.greet","timeout":2000,"key":"mära","body":{"name":"Ada"}}"#, "7"),
        (#"{"id":7,"method":"sample.greet","timeout":2000,"body":{"name":"Ada","name":"Ada"}}"#, "null"),
        (#"{"id":7,"method":"sample.greet","timeout":2000,"body":{"name":"Ada"}"#, "null"),
        (#"{"id":7,"method":"sample.greet","timeout":2000,"body":{"name":"Ada"}}x"#, "null"),
        (#"{"id":7,"id":7,"method":"sample.greet","timeout":2000,"body":{"name":"Ada"}}"#, "null")
    ])
    func whatIsNoEnvelopeClosesTheConnection(payload: String, id: String) {
        let answer = exchange(payload)
        #expect(answer.closes)
        #expect(answer.replies.count == 1)
        #expect(
            answer.replies[0].hasPrefix(#"{"id":\#(id),"fault":{"code":"malformed","retry":false,"message":"envelope: "#),
            "\(answer.replies)")
    }

    @Test func anActorIsRefusedUntilSomebodyCanProveOne() {
        let answer = exchange(#"{"id":7,"method":"sample.greet","timeout":2000,"actor":"t","body":{"name":"Ada"}}"#)
        #expect(!answer.closes)
        #expect(
            answer.replies == [
                #"{"id":7,"fault":{"code":"forbidden","retry":false,"message":"sample can't prove actors: leave the actor out"}}"#
            ])
    }

    @Test func aRawCallCarriesWhatItsCallerSays() {
        let router = Router(service: "sample")
        let traces = Kept()
        router.on(Greet.self) { _, reply in
            traces.keep(reply.caller.trace)
            reply.fault(.internal, "seen")
        }
        router.seal(serving: [])
        let transport = LocalTransport(router, as: .intake)
        let body = Array(#"{"name":"Ada"}"#.utf8)
        _ = transport.callRaw("sample.greet", body: body, key: nil, CallOptions(trace: "0123456789abcdef"))
        #expect(traces.kept == ["0123456789abcdef"])
        guard case .fault(let fault) = transport.callRaw("sample.greet", body: body, key: nil, CallOptions(actor: "t")) else {
            Issue.record("the actor was left out")
            return
        }
        #expect(fault.code == .forbidden)
    }

    @Test func anUnknownMethodAndAForbiddenCallerAreTold() throws {
        let unknown = exchange(#"{"id":7,"method":"sample.other","timeout":2000,"body":{}}"#)
        #expect(!unknown.closes && unknown.replies.count == 1)
        #expect(unknown.replies[0].contains(#""code":"unknownMethod""#))
        let fault = try #require(transport(as: .operator).call(Greet(name: "Ada")).fault)
        #expect(fault == Fault(.forbidden, "operator may not call sample.greet"))
    }

    @Test func aKeyTravelsInTheEnvelopeAndIsDemanded() throws {
        let response = try #require(transport().call(Store(key: RequestKey("k-7"), text: "t")).response)
        #expect(response.key == RequestKey("k-7"))
        let without = exchange(#"{"id":7,"method":"sample.store","timeout":2000,"body":{"text":"t","key":"k-7"}}"#)
        #expect(!without.closes && without.replies.count == 1)
        #expect(without.replies[0].contains(#""code":"malformed""#))
        let with = exchange(#"{"id":7,"method":"sample.store","timeout":2000,"key":"k-8","body":{"text":"t"}}"#)
        #expect(with.replies == [#"{"id":7,"ok":{"key":"k-8"}}"#])
    }

    @Test func aHandlerMayAnswerLaterFromAnotherThread() throws {
        let response = try #require(greet("later").response)
        #expect(response.greeting == "at last")
    }

    @Test func noAnswerInTimeIsAFaultThatMayBeRepeated() throws {
        let silent = Router(service: "sample")
        silent.on(Greet.self) { _, _ in }
        silent.seal(serving: ["sample.greet"])
        let outcome = LocalTransport(silent, as: .intake).call(Greet(name: "Ada"), CallOptions(timeoutMilliseconds: 1))
        let fault = try #require(outcome.fault)
        #expect(fault.code == .deadlineExceeded && fault.retry)
    }

    @Test(arguments: [0, -1, Int64.min])
    func aCallWithoutTimeLeftIsNotSent(milliseconds: Int64) throws {
        let never = Router(service: "sample")
        never.on(Greet.self) { _, _ in Issue.record("was sent") }
        let outcome = LocalTransport(never, as: .intake).call(Greet(name: "Ada"), CallOptions(timeoutMilliseconds: milliseconds))
        let fault = try #require(outcome.fault)
        #expect(fault.code == .deadlineExceeded)
    }

    @Test func aReplyLargerThanAFrameBecomesAFault() throws {
        let fault = try #require(greet("long").fault)
        #expect(fault.code == .tooLarge)
    }

    @Test func aMessageIsCutToWhatTheOtherEndTakes() {
        #expect(greet("wordy").refusalMessage == String(repeating: "é", count: 1024))
        #expect(Fault(.internal, String(repeating: "é", count: 1025)).message.unicodeScalars.count == 1024)
        #expect(Fault(.internal, String(repeating: "é", count: 1024)).message.unicodeScalars.count == 1024)
    }

    @Test func aReplyThatIsNoneIsAFault() throws {
        for reply in [
            "", "{}", #"{"id":1}"#, #"{"id":1,"ok":{}}"#, #"{"id":1,"ok":{"greeting":""},"more":1}"#,
            #"{"id":1,"refused":{"reason":"other","message":""}}"#, #"{"id":1,"fault":{"code":"other","retry":true,"message":""}}"#,
            #"{"id":1,"ok":{"greeting":""},"fault":{"code":"internal","retry":false,"message":""}}"#, #"{"ok":{"greeting":""}}"#
        ] {
            let fault = try #require(Fixed(reply: reply).call(Greet(name: "Ada")).fault)
            #expect(fault.code == .internal)
        }
        let newer = Fixed(reply: #"{"id":1,"ok":{"greeting":"","later":1}}"#).call(Greet(name: "Ada"))
        #expect(newer.response != nil, "a newer server may say more")
    }

    @Test func garbageNeverTraps() {
        var random = SeededGenerator(seed: 7)
        let request = Array(#"{"id":7,"method":"sample.greet","timeout":2000,"body":{"name":"Ada","times":3}}"#.utf8)
        for _ in 0..<5000 {
            var bytes = request
            JSONGenerator.damage(&bytes, &random)
            let replies = exchange(String(decoding: bytes, as: UTF8.self)).replies
            #expect(replies.count == 1)
            #expect(strictFailure(Array(replies[0].utf8)) == nil)
        }
    }
}

/// Payloads of replies, from any thread.
private final class Collected: @unchecked Sendable {  // `frames` is guarded by `lock`.
    private let lock = Lock()
    private var frames: [[UInt8]] = []

    func add(_ frame: [UInt8]) { lock.withLock { frames.append(frame) } }
    var texts: [String] { lock.withLock { frames.map { text($0[Frame.headerBytes...]) } } }
}

/// Traces that a handler saw, from any thread.
private final class Kept: @unchecked Sendable {  // `all` is guarded by `lock`.
    private let lock = Lock()
    private var all: [String?] = []

    var kept: [String?] { lock.withLock { all } }
    func keep(_ trace: String?) { lock.withLock { all.append(trace) } }
}

/// Always the same reply.
private struct Fixed: Transport {
    let reply: String

    func exchange(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void)
    {
        receive(.frame(Array(reply.utf8), 0..<reply.utf8.count))
    }

    func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8]) -> ReplyBytes {
        .frame(Array(reply.utf8), 0..<reply.utf8.count)
    }
}
