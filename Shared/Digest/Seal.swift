/// Hides and authenticates bytes that lie in a file, its log or a backup of it: only who holds the secret opens them.
///
/// Keystream and tag are HMAC-SHA256 under two keys that are derived from the secret (RFC 5869); the nonce is random and new each time.
/// Encrypt-then-MAC; a sealed value is nonce, hidden bytes, tag.
public struct Seal: Sendable {
    public static let nonceBytes = 16
    public static let tagBytes = 32

    /// Sealed under another secret or label, or changed since.
    public struct Broken: Error {
        public init() {}
    }

    private let streamKey: HMACSHA256Key
    private let tagKey: HMACSHA256Key
    private let random: @Sendable (Int) -> [UInt8]

    /// - Parameters:
    ///   - label: parts the uses of one secret from each other.
    ///   - random: so many bytes that nobody can foresee.
    public init(secret: [UInt8], label: String, random: @escaping @Sendable (Int) -> [UInt8]) {
        streamKey = HMACSHA256Key(HKDF.derive(from: secret, salt: [], info: Array("\(label) stream".utf8), count: 32))
        tagKey = HMACSHA256Key(HKDF.derive(from: secret, salt: [], info: Array("\(label) tag".utf8), count: 32))
        self.random = random
    }

    public func seal(_ bytes: [UInt8]) -> [UInt8] {
        let nonce = random(Seal.nonceBytes)
        let hidden = nonce + combined(bytes, nonce)
        return hidden + tagKey.authenticate(hidden)
    }

    /// - Throws: `Broken`.
    public func open(_ sealed: [UInt8]) throws(Broken) -> [UInt8] {
        let hidden = Array(sealed.dropLast(Seal.tagBytes))
        guard hidden.count >= Seal.nonceBytes, tagKey.isValid(Array(sealed.suffix(Seal.tagBytes)), for: hidden) else { throw Broken() }
        return combined(Array(hidden.dropFirst(Seal.nonceBytes)), Array(hidden.prefix(Seal.nonceBytes)))
    }

    /// XOR with the keystream: the code of nonce and block number for each 32 bytes.
    private func combined(_ bytes: [UInt8], _ nonce: [UInt8]) -> [UInt8] {
        var result = bytes
        for (block, start) in stride(from: 0, to: bytes.count, by: 32).enumerated() {
            let stream = streamKey.authenticate(pieces: nonce, withUnsafeBytes(of: UInt64(block).bigEndian, Array.init))
            for index in start..<min(start + 32, bytes.count) { result[index] ^= stream[index - start] }
        }
        return result
    }
}
