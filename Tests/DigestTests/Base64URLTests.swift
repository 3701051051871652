import Digest
import Testing

struct Base64URLTests {
    /// RFC 4648 §10 without its padding, and bytes that need the two characters of this alphabet.
    @Test(arguments: [
        ([UInt8]("".utf8), ""), ([UInt8]("f".utf8), "Zg"), ([UInt8]("fo".utf8), "Zm8"), ([UInt8]("foo".utf8), "Zm9v"),
        ([UInt8]("foob".utf8), "Zm9vYg"), ([UInt8]("fooba".utf8), "Zm9vYmE"), ([UInt8]("foobar".utf8), "Zm9vYmFy"),
        ([0xfb, 0xff, 0xbf], "-_-_"), ([0xff], "_w"), ([0xf8], "-A")
    ])
    func theRFCsCasesHold(bytes: [UInt8], text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.decode(text) == bytes)
    }

    @Test func everyLengthComesBack() {
        for length in 0...300 {
            let text = Base64URL.encode(pattern(length))
            #expect(text.utf8.count == (length * 8 + 5) / 6)
            #expect(Base64URL.decode(text) == pattern(length))
            #expect(Base64URL.decode(Array(text.utf8)) == pattern(length))
        }
    }

    @Test(arguments: [
        "Zg==", "Zg=", "Zm8=", "=", "Zm9v=", "+/+/", "Zm9/", "Zm9+", " Zm9v", "Zm9v\n", "Zm 9v", "Zm9v\0", "Z", "Zm9vY", "Zh", "Zm9", "_x",
        "Zm9\u{e9}"
    ])
    func otherSpellingsAreRefused(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    /// A decoder that lets trailing bits or another alphabet pass accepts more than there are bytes.
    @Test func ofAllTwoCharacterTextsExactly256AreAccepted() {
        var accepted: Set<[UInt8]> = []
        var count = 0
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                guard let bytes = Base64URL.decode([first, second]) else { continue }
                accepted.insert(bytes)
                count += 1
            }
        }
        #expect(count == 256)
        #expect(accepted.count == 256)
    }

    @Test func ofTheThreeCharacterTextsThatBeginWithAExactly1024AreAccepted() {
        var count = 0
        for second in UInt8.min...UInt8.max {
            for third in UInt8.min...UInt8.max where Base64URL.decode([UInt8(ascii: "A"), second, third]) != nil { count += 1 }
        }
        #expect(count == 1_024)
    }

    @Test func garbageIsRefusedOrIsExactlyWhatWeWouldWrite() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=\n \u{e9}".utf8)
        var garbage = Garbage(seed: 4_648)
        var acceptedCount = 0
        for round in 0..<20_000 {
            let length = Int.random(in: 0...12, using: &garbage)
            let text = (0..<length).map { _ in
                round.isMultiple(of: 2) ? UInt8.random(in: 0...255, using: &garbage) : alphabet.randomElement(using: &garbage)!
            }
            guard let bytes = Base64URL.decode(text) else { continue }
            acceptedCount += 1
            #expect(Array(Base64URL.encode(bytes).utf8) == text)
        }
        #expect(acceptedCount > 1_000, "the garbage reaches the accepting path too")
    }
}
