import Digest
import Testing

/// A case of RFC 4231 §4, whose code may be shortened.
struct AuthenticationVector: Sendable {
    let key: [UInt8]
    let message: [UInt8]
    let code: String

    static let all = [
        AuthenticationVector(
            key: .init(repeating: 0x0b, count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        AuthenticationVector(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        AuthenticationVector(
            key: .init(repeating: 0xaa, count: 20), message: .init(repeating: 0xdd, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        AuthenticationVector(
            key: Array(0x01...0x19), message: .init(repeating: 0xcd, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        AuthenticationVector(
            key: .init(repeating: 0x0c, count: 20), message: Array("Test With Truncation".utf8),
            code: "a3b6167473100ee06e0c796c2955552b"),
        AuthenticationVector(
            key: .init(repeating: 0xaa, count: 131), message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        AuthenticationVector(
            key: .init(repeating: 0xaa, count: 131),
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2")
    ]
}

struct HMACTests {
    @Test(arguments: AuthenticationVector.all)
    func theRFCsCasesHold(vector: AuthenticationVector) {
        let code = HMACSHA256Key(vector.key).authenticate(vector.message)
        #expect(code.count == 32)
        #expect(Hex.encode(code).prefix(vector.code.count) == vector.code)
    }

    /// The digest of 301 codes by CPython 3.11 hmac: messages of 0…300 bytes with keys of 300…0 bytes, below and above a block.
    @Test func anotherImplementationAgreesOnEveryLengthTo300() {
        var all = SHA256()
        for length in 0...300 { all.update(HMACSHA256Key(pattern(300 - length)).authenticate(pattern(length))) }
        #expect(Hex.encode(all.finalize()) == "977b15ebfd974843de46068759a49803fb11503000a3dd2f01e9131be410c186")
    }

    @Test func piecesGiveTheCodeOfTheWhole() {
        let key = HMACSHA256Key(pattern(32))
        let message = pattern(200)
        let whole = key.authenticate(message)
        for cut in 0...200 {
            #expect(key.authenticate(pieces: Array(message[..<cut]), [], Array(message[cut...])) == whole, "cut at \(cut)")
        }
        #expect(key.authenticate(pieces: Array(message[1...]), [message[0]]) != whole)
        #expect(message.withUnsafeBytes { key.authenticate($0) } == whole)
    }

    @Test func finishingEndsNothingAndTheKeyServesAgain() {
        let key = HMACSHA256Key(pattern(32))
        var code = HMACSHA256(key)
        code.update(Array("a".utf8))
        #expect(code.finalize() == key.authenticate(Array("a".utf8)))
        code.update(Array("b".utf8))
        #expect(code.finalize() == key.authenticate(Array("ab".utf8)))
    }

    @Test func onlyTheWholeCodeOfTheMessageIsValid() {
        let key = HMACSHA256Key(pattern(32))
        let message = pattern(100)
        let code = key.authenticate(message)
        #expect(key.isValid(code, for: message))
        #expect(message.withUnsafeBytes { key.isValid(code, for: $0) })

        for bit in 0..<256 {
            var forged = code
            forged[bit / 8] ^= 1 << (bit % 8)
            #expect(!key.isValid(forged, for: message), "bit \(bit)")
        }
        for length in 0..<32 { #expect(!key.isValid(Array(code.prefix(length)), for: message), "\(length) bytes of it") }
        #expect(!key.isValid(code + [0], for: message))
        #expect(!key.isValid(code, for: message + [0]))
        #expect(!HMACSHA256Key(pattern(33)).isValid(code, for: message))
    }

    @Test func printingOrDumpingAKeyShowsNothingOfIt() {
        struct Secrets { let key: HMACSHA256Key, code: HMACSHA256 }
        func shown<Value>(_ value: Value) -> String {
            var dumped = ""
            dump(value, to: &dumped)
            return "\(value) \(String(reflecting: value)) \(dumped)"
        }
        let one = HMACSHA256Key(pattern(32)), other = HMACSHA256Key(pattern(33))
        #expect(shown(Secrets(key: one, code: .init(one))) == shown(Secrets(key: other, code: .init(other))))

        // The control: what is inside, unhidden, does tell keys apart when it is dumped.
        var open = SHA256(), different = SHA256()
        open.update(pattern(32))
        different.update(pattern(33))
        #expect(shown(open) != shown(different))
    }
}
