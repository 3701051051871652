import Digest
import Testing

struct ConstantTimeEqualsTests {
    @Test func equalBytesAreEqualAtEveryLength() {
        for length in 0...300 { #expect(constantTimeEquals(pattern(length), pattern(length))) }
    }

    @Test func everySingleBitIsNoticed() {
        let bytes = pattern(64)
        for bit in 0..<512 {
            var other = bytes
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(!constantTimeEquals(bytes, other), "bit \(bit)")
        }
    }

    @Test func differencesDoNotCancelEachOther() {
        #expect(!constantTimeEquals([1, 1], [0, 0]))
        #expect(!constantTimeEquals([0x0f, 0xf0], [0xf0, 0x0f]))
    }

    @Test func anotherLengthIsNeverEqual() {
        let bytes = pattern(32)
        for length in 0..<32 {
            #expect(!constantTimeEquals(bytes, Array(bytes.prefix(length))))
            #expect(!constantTimeEquals(Array(bytes.prefix(length)), bytes))
        }
    }
}
