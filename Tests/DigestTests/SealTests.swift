import Digest
import Testing

@Suite struct SealTests {
    private static func seal(_ secret: UInt8 = 1, label: String = "names", nonce: UInt8 = 9) -> Seal {
        Seal(secret: Array(repeating: secret, count: 32), label: label) { Array(repeating: nonce, count: $0) }
    }

    private let seal = SealTests.seal()

    /// Around the ends of the keystream's blocks.
    @Test(arguments: [0, 1, 31, 32, 33, 63, 64, 65, 4096])
    func whatWasSealedOpens(_ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = seal.seal(bytes)
        #expect(try seal.open(sealed) == bytes)
        #expect(sealed.count == count + Seal.nonceBytes + Seal.tagBytes)
    }

    @Test func whatIsSealedIsHidden() {
        let text = String(repeating: "a secret of sixteen", count: 8)
        #expect(!String(decoding: seal.seal(Array(text.utf8)), as: UTF8.self).contains("secret"))
        // Blocks that are equal don't look it.
        let zeros = Array(seal.seal([UInt8](repeating: 0, count: 64))[Seal.nonceBytes..<Seal.nonceBytes + 64])
        #expect(zeros.prefix(32) != zeros.suffix(32))
    }

    @Test func aChangeAnywhereIsNoticed() {
        let sealed = seal.seal([1, 2, 3])
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: Seal.Broken.self) { try seal.open(changed) }
            #expect(throws: Seal.Broken.self) { try seal.open(Array(sealed.prefix(index))) }
        }
        #expect(throws: Seal.Broken.self) { try seal.open(sealed + [0]) }
    }

    @Test func anotherSecretOrLabelDoesNotOpenIt() {
        let sealed = seal.seal([1, 2, 3])
        #expect(throws: Seal.Broken.self) { try SealTests.seal(2).open(sealed) }
        #expect(throws: Seal.Broken.self) { try SealTests.seal(label: "others").open(sealed) }
        #expect(SealTests.seal(nonce: 8).seal([1, 2, 3]) != sealed)
    }
}
