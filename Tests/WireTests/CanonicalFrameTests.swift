import Policy
import Testing
import Wire

/// Frames in our own spelling are read in one pass, all others in two: both must take the same frames and read them alike.
struct CanonicalFrameTests {
    struct Carry: Request, Equatable {
        static let contract = Contract("sample.carry", purpose: .provideService, repeats: .harmless, callers: [.intake])
        var load = EveryKind()

        mutating func visit(_ fields: inout FieldVisitor) { fields.field("load", &load) }

        struct Response: Fields, Equatable {
            var load = EveryKind()
            mutating func visit(_ fields: inout FieldVisitor) { fields.field("load", &load) }
        }
    }

    private static let request = frame(
        #"{"id":7,"method":"sample.carry","timeout":2000,"trace":"0123456789abcdef","key":"k-1","body":{"load":\#(load)}}"#)
    private static let load = String(decoding: FieldVisitor.write(EveryKind.full), as: UTF8.self)

    private static func frame(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// Everything near `bytes`: cut, one byte left out, doubled, replaced, or white space put in.
    private static func variants(of bytes: [UInt8]) -> [[UInt8]] {
        var variants = [bytes]
        for index in bytes.indices {
            variants.append(Array(bytes[..<index]))
            for replacement in [[], [bytes[index], bytes[index]], [0x20, bytes[index]]] + "\"}{,:0\\a".utf8.map({ [$0] }) {
                variants.append(bytes[..<index] + replacement + bytes[(index + 1)...])
            }
        }
        return variants
    }

    private static func router(isSealed: Bool) -> Router {
        let router = Router(service: "sample")
        router.on(Carry.self) { request, reply in
            var response = Carry.Response()
            response.load = request.load
            reply.ok(response)
        }
        if isSealed { router.seal(serving: ["sample.carry"]) }
        return router
    }

    private static func answer(_ router: Router, _ bytes: [UInt8], _ peer: Peer = .intake) -> [[UInt8]] {
        nonisolated(unsafe) var answers: [[UInt8]] = []
        let verdict = router.receive(bytes, 0..<bytes.count, from: ConnectedPeer(peer)) { reply, _ in answers.append(reply) }
        if case .close(let last) = verdict { answers += [last, Array("closed".utf8)] }
        return answers
    }

    @Test func bothWaysAnswerEveryRequestAlike() {
        // Only a sealed router has the table that the short way looks methods up in.
        let (short, long) = (CanonicalFrameTests.router(isSealed: true), CanonicalFrameTests.router(isSealed: false))
        var kinds: Set<[[UInt8]]> = []
        for bytes in CanonicalFrameTests.variants(of: CanonicalFrameTests.request) {
            let answer = CanonicalFrameTests.answer(short, bytes)
            #expect(answer == CanonicalFrameTests.answer(long, bytes), "\(String(decoding: bytes, as: UTF8.self))")
            kinds.insert(answer)
        }
        #expect(kinds.count > 20, "the variants are told apart, so a difference would show")
        let request = CanonicalFrameTests.request
        #expect(CanonicalFrameTests.answer(short, request, .operator) == CanonicalFrameTests.answer(long, request, .operator))
    }

    /// A service that always says the same.
    private struct Echoing: Transport {
        let reply: [UInt8]

        func exchange(
            timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void
        ) { receive(exchangeBlocking(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame)) }

        func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8]) -> ReplyBytes {
            .frame(reply, 0..<reply.count)
        }
    }

    private static func response(_ text: [UInt8]) -> Carry.Response? {
        guard case .ok(let response) = Echoing(reply: text).call(Carry()) else { return nil }
        return response
    }

    @Test func bothWaysReadEveryReplyAlike() {
        var taken = 0
        var refused = 0
        for body in CanonicalFrameTests.variants(of: CanonicalFrameTests.frame(#"{"load":\#(CanonicalFrameTests.load)}"#)) {
            // With the id behind it is not our spelling.
            let short = CanonicalFrameTests.response(Array(#"{"id":1,"ok":"#.utf8) + body + Array("}".utf8))
            let long = CanonicalFrameTests.response(Array(#"{"ok":"#.utf8) + body + Array(#","id":1}"#.utf8))
            #expect(short == long, "\(String(decoding: body, as: UTF8.self))")
            if short == nil { refused += 1 } else { taken += 1 }
        }
        #expect(taken > 100)
        #expect(refused > 100)
        let body = #"{"load":\#(CanonicalFrameTests.load)}"#
        #expect(CanonicalFrameTests.response(CanonicalFrameTests.frame(#"{"id":1,"ok":\#(body)}"#)) != nil)
        #expect(CanonicalFrameTests.response(CanonicalFrameTests.frame(#"{"id":01,"ok":\#(body)}"#)) == nil, "no number of JSON")
    }
}
