/// Derives independent keys from one secret: HKDF with HMAC-SHA256. Source: RFC 5869.
///
/// `info` names what a key is for; keys of different `info` tell nothing about each other.
public enum HKDF {
    /// Bytes that one expansion can give: 255 digests (RFC 5869 §2.3).
    public static let outputLengthMax = 255 * SHA256.digestLength

    /// Concentrates a secret of any length and shape into a 32-byte pseudorandom key (RFC 5869 §2.2).
    /// An empty salt stands for the RFC's absent one, 32 zeros.
    public static func extract(salt: [UInt8], secret: [UInt8]) -> [UInt8] {
        HMACSHA256Key(salt).authenticate(secret)
    }

    /// Stretches a pseudorandom key to `count` bytes, at most `outputLengthMax` (RFC 5869 §2.3).
    /// The key is the result of `extract` or at least 32 random bytes; anything else goes through `derive`.
    public static func expand(_ pseudorandomKey: [UInt8], info: [UInt8], count: Int) -> [UInt8] {
        precondition(pseudorandomKey.count >= SHA256.digestLength, "HKDF expands a key of at least 32 bytes")
        precondition(0...outputLengthMax ~= count, "HKDF gives 0 to \(outputLengthMax) bytes")
        let key = HMACSHA256Key(pseudorandomKey)
        var output: [UInt8] = []
        output.reserveCapacity(count + SHA256.digestLength)
        var previous: [UInt8] = []
        var counter: UInt8 = 0
        while output.count < count {
            counter += 1
            previous = key.authenticate(pieces: previous, info, [counter])
            output.append(contentsOf: previous)
        }
        return Array(output.prefix(count))
    }

    /// `extract`, then `expand`: `count` bytes, at most `outputLengthMax`, from a secret of any length.
    public static func derive(from secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int) -> [UInt8] {
        expand(extract(salt: salt, secret: secret), info: info, count: count)
    }
}
