import Digest
import Testing

struct HKDFTests {
    /// RFC 5869 A.1 to A.3: usual, longer than a block, and with neither salt nor info.
    @Test(arguments: [
        (
            secret: [UInt8](repeating: 0x0b, count: 22), salt: Array(0x00...0x0c), info: Array(0xf0...0xf9),
            key: "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            output: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        ),
        (
            secret: Array(0x00...0x4f), salt: Array(0x60...0xaf), info: Array(0xb0...0xff),
            key: "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
            output: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
        ),
        (
            secret: [UInt8](repeating: 0x0b, count: 22), salt: [UInt8](), info: [UInt8](),
            key: "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            output: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        )
    ])
    func theRFCsCasesHold(secret: [UInt8], salt: [UInt8], info: [UInt8], key: String, output: String) {
        let extracted = HKDF.extract(salt: salt, secret: secret)
        #expect(Hex.encode(extracted) == key)
        #expect(Hex.encode(HKDF.expand(extracted, info: info, count: output.utf8.count / 2)) == output)
        #expect(Hex.encode(HKDF.derive(from: secret, salt: salt, info: info, count: output.utf8.count / 2)) == output)
    }

    @Test func aShorterOutputIsTheBeginningOfALongerOne() {
        let longest = HKDF.expand(pattern(32), info: [1], count: 100)
        for count in 0...100 { #expect(HKDF.expand(pattern(32), info: [1], count: count) == Array(longest.prefix(count))) }
    }

    @Test func anotherInfoSaltOrSecretGivesAnotherKey() {
        let keys: Set<[UInt8]> = [
            HKDF.derive(from: pattern(32), salt: [], info: [], count: 32),
            HKDF.derive(from: pattern(32), salt: [], info: [1], count: 32),
            HKDF.derive(from: pattern(32), salt: [1], info: [], count: 32),
            HKDF.derive(from: pattern(33), salt: [], info: [], count: 32)
        ]
        #expect(keys.count == 4)
    }

    /// The digest of the longest output, computed with CPython 3.11 hmac.
    @Test func theLongestOutputIsWhole() {
        let output = HKDF.expand(Array(0..<32), info: Array("limit".utf8), count: HKDF.outputLengthMax)
        #expect(output.count == 8_160)
        #expect(Hex.encode(SHA256.digest(output)) == "414a796ace2e557b89e754b305c92ba4a54060918c02325355e6f42ab44e2ea4")
    }

    @Test func moreThanTheLimitIsABug() async {
        await #expect(processExitsWith: .failure) {
            _ = HKDF.expand([UInt8](repeating: 1, count: 32), info: [], count: HKDF.outputLengthMax + 1)
        }
    }

    @Test func expandingAShortKeyIsABug() async {
        await #expect(processExitsWith: .failure) {
            _ = HKDF.expand([UInt8](repeating: 1, count: 31), info: [], count: 32)
        }
    }
}
