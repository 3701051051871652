import Digest
import Domain
import TestKit
import Testing

@testable import Access

@Suite struct TokenKeysTests {
    private static let secret = [UInt8](repeating: 7, count: 32)
    private let keys = TokenKeys(["t1": secret])
    private let token = ActorToken(member: .of(.owner), generation: 3, expiresAt: begin)

    @Test func aTokenIsWhatWasSigned() {
        let text = keys.sign(token)
        #expect(keys.prove(text) == token)
        // By the description of `ActorToken` alone.
        let signed = "v1.t1.mem_owner.3.1767225600000"
        let mac = Base64URL.encode(HMACSHA256Key(TokenKeysTests.secret).authenticate(Array(signed.utf8)))
        #expect(text == "\(signed).\(mac)")
    }

    @Test func noOtherCharacterAnywhereIsTheSameToken() {
        let text = Array(keys.sign(token).utf8)
        for place in text.indices {
            for byte in UInt8(0)...127 where byte != text[place] {
                var changed = text
                changed[place] = byte
                #expect(keys.prove(String(decoding: changed, as: UTF8.self)) == nil, "\(byte) at \(place)")
            }
        }
    }

    @Test func nothingLeftOutOrAddedIsTheSameToken() {
        let text = keys.sign(token)
        for length in 0..<text.utf8.count {
            #expect(keys.prove(String(text.prefix(length))) == nil, "the first \(length)")
            #expect(keys.prove(String(text.dropFirst(text.count - length))) == nil, "the last \(length)")
        }
        for place in text.indices + [text.endIndex] {
            for sign in [".", "A", "=", " ", "\0", "é"] {
                var longer = text
                longer.insert(contentsOf: sign, at: place)
                #expect(keys.prove(longer) == nil)
            }
        }
    }

    @Test func partsThatChangePlacesAreNoToken() {
        let parts = keys.sign(token).split(separator: ".").map(String.init)
        for one in parts.indices {
            for other in parts.indices where one != other {
                var swapped = parts
                swapped.swapAt(one, other)
                #expect(keys.prove(swapped.joined(separator: ".")) == nil)
            }
        }
        // The same signature under other rights.
        for (place, value) in [(2, "mem_admin"), (3, "4"), (3, "03"), (3, "+3"), (4, "1767225600001"), (4, "9223372036854775808")] {
            var other = parts
            other[place] = value
            #expect(keys.prove(other.joined(separator: ".")) == nil)
        }
    }

    @Test func anotherKeyAndAnotherKeysNameAreRefused() {
        let other = TokenKeys(["t1": [UInt8](repeating: 8, count: 32)])
        #expect(keys.prove(other.sign(token)) == nil)
        #expect(keys.prove(TokenKeys(["t2": TokenKeysTests.secret]).sign(token)) == nil)
        // Control.
        #expect(TokenKeys(["t1": TokenKeysTests.secret]).prove(keys.sign(token)) == token)
    }

    @Test func keysAreRotatedWithoutAPause() {
        let newer = [UInt8](repeating: 9, count: 32)
        let both = TokenKeys(["t1": TokenKeysTests.secret, "t2": newer])
        let alone = TokenKeys(["t2": newer])

        let old = keys.sign(token)
        let new = both.sign(token)

        #expect(new.hasPrefix("v1.t2."), "the newest signs")
        #expect(both.prove(old) == token && both.prove(new) == token)
        #expect(alone.prove(new) == token)
        // Who has not heard of the new key can't prove it, and the old key's tokens end with it.
        #expect(keys.prove(new) == nil && alone.prove(old) == nil)
    }

    /// It never crashes, and takes nothing that it didn't sign: not noise, not tokens with a few bytes of noise in them.
    @Test(arguments: 0..<8)
    func noiseIsNoToken(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let right = Array(keys.sign(token).utf8)
        for _ in 0..<5_000 {
            #expect(keys.prove(noise(&generator)) == nil)
            let changed = disturbed(right, &generator)
            #expect(keys.prove(changed) == (Array(changed.utf8) == right ? token : nil))
        }
    }

    private func noise(_ generator: inout SeededGenerator) -> String {
        let alphabet = Array("v1.t1.mem_owner.3.-_AZaz09\u{0}é.....".utf8)
        let bytes = (0..<Int.random(in: 0...120, using: &generator)).map { _ in
            Bool.random(using: &generator) ? alphabet.randomElement(using: &generator) ?? 0 : UInt8.random(in: 0...255, using: &generator)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func disturbed(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> String {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: place)
            default: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
