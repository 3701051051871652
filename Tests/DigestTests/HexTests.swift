import Digest
import Testing

struct HexTests {
    /// RFC 4648 §10, in lower case.
    @Test(arguments: [
        ([UInt8]("".utf8), ""), ([UInt8]("f".utf8), "66"), ([UInt8]("foobar".utf8), "666f6f626172"),
        ([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef], "0123456789abcdef")
    ])
    func theRFCsCasesHold(bytes: [UInt8], text: String) {
        #expect(Hex.encode(bytes) == text)
        #expect(Hex.decode(text) == bytes)
    }

    @Test func everyByteComesBack() {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        #expect(Hex.decode(Array(Hex.encode(bytes).utf8)) == bytes)
    }

    @Test(arguments: ["0", "000", "AB", "aB", "0x00", "g0", "0g", " 00", "00 ", "0\n", "-1", "+1", "\u{e9}", "\0\0"])
    func otherSpellingsAreRefused(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func ofAllTwoCharacterTextsExactly256AreAccepted() {
        var count = 0
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max where Hex.decode([first, second]) != nil { count += 1 }
        }
        #expect(count == 256)
    }

    @Test func garbageIsRefusedOrIsExactlyWhatWeWouldWrite() {
        let alphabet = Array("0123456789abcdefA \u{e9}".utf8)
        var garbage = Garbage(seed: 16)
        var acceptedCount = 0
        for round in 0..<20_000 {
            let length = Int.random(in: 0...8, using: &garbage)
            let text = (0..<length).map { _ in
                round.isMultiple(of: 2) ? UInt8.random(in: 0...255, using: &garbage) : alphabet.randomElement(using: &garbage)!
            }
            guard let bytes = Hex.decode(text) else { continue }
            acceptedCount += 1
            #expect(Array(Hex.encode(bytes).utf8) == text)
        }
        #expect(acceptedCount > 1_000, "the garbage reaches the accepting path too")
    }
}
