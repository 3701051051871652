import Digest
import Testing

struct SHA256Tests {
    /// FIPS 180-4 examples, from NIST's SHA256.pdf and SHA2_Additional.pdf.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        )
    ])
    func theStandardsExamplesHold(message: String, digest: String) {
        #expect(Hex.encode(SHA256.digest(Array(message.utf8))) == digest)
    }

    @Test func aMillionTimesAInPiecesThatAreNotBlocks() {
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000)
        var hash = SHA256()
        for _ in 0..<1_000 { hash.update(piece) }
        #expect(Hex.encode(hash.finalize()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    /// Expected digests by CPython 3.11 hashlib, the lengths drawn at random from 0…300.
    @Test(arguments: [
        (3, "9f09a6b9762491597876d16d3c922d91ba614271ee5c58dbce5d8efe382141fc"),
        (14, "99ed6ed0f03f4de96a319e2b6a4eaaf2b704419659f9c80e635688355e559a44"),
        (40, "37571be87d5c88334eb0697f511972d943bfde2fe79557d1ec971ce52babfb23"),
        (42, "4eed49e457e8bd25479249960cf6588844fe6e3a3bc5b8c5ae4cec2527f08d0f"),
        (43, "4fd7872a21463d0414c36317fd4e821d04b3449ddf9c3e45694e75a4ee554ae7"),
        (49, "c91deef3d1e870300a9603f67d56808b27e70d2f6e47feafddd9d2b708cffc57"),
        (50, "8af47456850c1ff4b888c57b2514829f538597fc5f654c9409652618cff48e97"),
        (82, "b7b6563229e554401546ec6186890a169efe74d9a4e1bd270a3008bea2ec2e8a"),
        (88, "c4764fdc0fdbde492192046ce0c3c901953c82b9a3ce53ee05224cb290ff4437"),
        (98, "bad2624854edc8d7aed1dd4b5ef8307e049bde06f768c96106c13f8dc76b57d9"),
        (130, "c100b269f20945b1feed218da6c5ce771c9957a26e7b07ec0eb58c32ae26412f"),
        (145, "09ef8581f5137baa5b2264b32ab47dab514ca3d563a54458ebb2500f24777dc8"),
        (157, "5c137727a85425912f6ff511acadf9ff053cd91e6a572fafcde599308ed1f7bd"),
        (161, "52ca98a6d6bbcc5d64a26ef9ab75b97d49d807a5c9234c433c10e7ae884d7e4e"),
        (169, "163dd6678cc5d93f98d777532fd0efd4cd0d292e8a6c1c4503e54075fd1d85d2"),
        (185, "34ca94abf49abb2045decffc2ed61fd728876b6f959848da77ea4d1193a1d5e1"),
        (201, "01cb121994e3bc12aebf16d823d96caf1066bdadaca5e287e17d4c2134634e38"),
        (230, "edc8ed8da4dad2c98ff727c766a1aa6c41218c5c799676b5290163a19aaf788f"),
        (296, "ee618556f6fbc5bbc6bc7757b9adc9ae814564104ac71ef6f3b1900eae43de01"),
        (299, "2dac9a186ef7c36ca68ac5b33c15c1f49d8d3ab4ebf20e01180f6cd967611ad2")
    ])
    func anotherImplementationAgrees(length: Int, digest: String) {
        #expect(Hex.encode(SHA256.digest(pattern(length))) == digest)
    }

    /// One constant for all lengths, thus for every place where padding can begin: the digest of the 301 digests, by hashlib.
    @Test func anotherImplementationAgreesOnEveryLengthTo300() {
        var all = SHA256()
        for length in 0...300 { all.update(SHA256.digest(pattern(length))) }
        #expect(Hex.encode(all.finalize()) == "8650a4a29cad17d8c8292f1a485576e7cc6a3cc0a757663ab6791dd5563b9586")
    }

    @Test func everyCutInThreePiecesGivesTheSameDigest() {
        let message = pattern(200)
        let whole = SHA256.digest(message)
        var differing: [String] = []
        message.withUnsafeBytes { bytes in
            for first in 0...200 {
                for second in first...200 {
                    var hash = SHA256()
                    hash.update(UnsafeRawBufferPointer(rebasing: bytes[..<first]))
                    hash.update(UnsafeRawBufferPointer(rebasing: bytes[first..<second]))
                    hash.update(UnsafeRawBufferPointer(rebasing: bytes[second...]))
                    if hash.finalize() != whole { differing.append("\(first), \(second)") }
                }
            }
        }
        #expect(differing == [])
    }

    @Test func everyPieceSizeGivesTheSameDigest() {
        let message = pattern(200)
        let whole = SHA256.digest(message)
        for size in 1...200 {
            var hash = SHA256()
            for start in stride(from: 0, to: 200, by: size) { hash.update(Array(message[start..<min(200, start + size)])) }
            #expect(hash.finalize() == whole, "pieces of \(size)")
        }
    }

    @Test func onlyTheSameBytesGiveTheSameDigest() {
        var message = pattern(200)
        var seen: Set<[UInt8]> = [SHA256.digest(message)]
        for bit in 0..<1_600 {
            message[bit / 8] ^= 1 << (bit % 8)
            seen.insert(SHA256.digest(message))
            message[bit / 8] ^= 1 << (bit % 8)
        }
        #expect(seen.count == 1_601)
    }

    @Test func finishingEndsNothing() {
        var hash = SHA256()
        hash.update(Array("a".utf8))
        #expect(hash.finalize() == SHA256.digest(Array("a".utf8)))
        let copy = hash
        hash.update(Array("bc".utf8))
        #expect(hash.finalize() == SHA256.digest(Array("abc".utf8)))
        #expect(copy.finalize() == SHA256.digest(Array("a".utf8)))
    }

    @Test func emptyPiecesAddNothing() {
        var hash = SHA256()
        hash.update([])
        hash.update(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(hash.finalize() == SHA256.digest([]))
    }

    @Test func bytesAtAnyAddressAreRead() {
        let message = pattern(300)
        message.withUnsafeBytes { bytes in
            for offset in 0..<16 {
                let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 200])
                #expect(SHA256.digest(part) == SHA256.digest(Array(part)))
            }
        }
    }
}
