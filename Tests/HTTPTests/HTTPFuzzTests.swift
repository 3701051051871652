import HTTP
import Testing

/// Mutated requests, the same ones on every run.
struct HTTPFuzzTests {
    static let roundCount = 20_000

    @Test func noMutationCrashesOrYieldsARequestWithTwoMeanings() {
        var random = Random(seed: 0x5eed_b075)
        var (yielded, refused) = (0, 0)
        for round in 0..<HTTPFuzzTests.roundCount {
            let bytes = HTTPFuzzTests.mutated(&random)
            let whole = Samples.outputs([bytes])
            for request in whole.requests where !Samples.survivesRewriting(request) {
                Issue.record("round \(round): \(request.method.rawValue) \(request.target) reads differently the second time")
            }
            let parts = Samples.outputs(HTTPFuzzTests.cut(bytes, &random))
            if parts.requests != whole.requests || parts.failure != whole.failure { Issue.record("round \(round): the cut decides") }
            yielded += whole.requests.count
            refused += whole.failure == nil ? 0 : 1
        }
        // A fuzz that only ever refuses, or never does, proves nothing.
        #expect(yielded > HTTPFuzzTests.roundCount / 10)
        #expect(refused > HTTPFuzzTests.roundCount / 10)
    }

    /// The control: the check that the fuzz relies on does see a request that means something else when it is written down.
    @Test func theCheckSeesAHeaderThatWouldSplit() throws {
        let split = HTTPHeaders([.init(name: "Host", value: "a"), .init(name: "X", value: "a\r\nY: b")])
        #expect(try !Samples.survivesRewriting(HTTPRequest(.get, "/", headers: split)))
        let body = HTTPHeaders([.init(name: "Host", value: "a")])
        #expect(try !Samples.survivesRewriting(HTTPRequest(.post, "/", headers: body, body: [1, 2, 3])))
        #expect(try Samples.survivesRewriting(HTTPRequest(.get, "/", headers: body)))
    }

    private static let tokens = [
        "\r\n", "\n", "\r", "\r\n\r\n", ":", " ", "\t", "\0", "%", "%2e", "?", "&", "=", "/", "..", "HTTP/1.1", "HTTP/1.0",
        "Content-Length: 3\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Host: a\r\n", "Connection: close\r\n",
        "Expect: 100-continue\r\n", ",", "\u{e9}", "GET / HTTP/1.1\r\nHost: b\r\n\r\n", "0", "9999999999", "http://bot.example"
    ]

    private static func mutated(_ random: inout Random) -> [UInt8] {
        var bytes = Array(Samples.streams[random.below(Samples.streams.count)].utf8)
        if random.below(4) == 0 { bytes += Array(Samples.streams[random.below(Samples.streams.count)].utf8) }
        for _ in 0..<random.below(4) {
            let index = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0: bytes.insert(UInt8(random.below(256)), at: index)
            case 1: if index < bytes.count { bytes[index] = UInt8(random.below(256)) }
            case 2: if index < bytes.count { bytes.remove(at: index) }
            case 3: if index < bytes.count { bytes[index] ^= 1 << UInt8(random.below(8)) }
            case 4: bytes.insert(contentsOf: tokens[random.below(tokens.count)].utf8, at: index)
            default:
                let end = min(bytes.count, index + random.below(40))
                bytes.insert(contentsOf: bytes[index..<end], at: random.below(bytes.count + 1))
            }
        }
        return bytes
    }

    private static func cut(_ bytes: [UInt8], _ random: inout Random) -> [[UInt8]] {
        let first = random.below(bytes.count + 1)
        let second = first + random.below(bytes.count - first + 1)
        return [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
    }
}

/// SplitMix64: small, seeded, the same everywhere.
private struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
