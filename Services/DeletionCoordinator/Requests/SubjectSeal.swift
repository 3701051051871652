import Digest
import HolderContracts
import Wire

/// Seals the subject of an open request, so that no name stands in the file, its log or a backup of it: only the key folder opens it.
///
/// Else each write would copy the names of all requests on the same page into the log, and no proof over our own file could succeed
/// while others ask. Keystream and tag are HMAC-SHA256 under two keys; the nonce is random and new each time.
struct SubjectSeal: Sendable {
    static let nonceBytes = 16
    static let tagBytes = 32

    private let streamKey: HMACSHA256Key
    private let tagKey: HMACSHA256Key
    private let random: @Sendable (Int) -> [UInt8]

    init(secret: [UInt8], random: @escaping @Sendable (Int) -> [UInt8]) {
        streamKey = HMACSHA256Key(HKDF.derive(from: secret, salt: [], info: Array("subject stream".utf8), count: 32))
        tagKey = HMACSHA256Key(HKDF.derive(from: secret, salt: [], info: Array("subject tag".utf8), count: 32))
        self.random = random
    }

    func seal(_ subject: Subject) -> [UInt8] {
        let nonce = random(SubjectSeal.nonceBytes)
        let hidden = nonce + combined(FieldVisitor.write(subject), nonce)
        return hidden + tagKey.authenticate(hidden)
    }

    /// Throws for what was sealed under another key, or changed.
    func open(_ sealed: [UInt8]) throws -> Subject {
        let hidden = Array(sealed.dropLast(SubjectSeal.tagBytes))
        guard hidden.count >= SubjectSeal.nonceBytes, tagKey.isValid(Array(sealed.suffix(SubjectSeal.tagBytes)), for: hidden) else {
            throw UnreadableRow(table: "subjects")
        }
        let nonce = Array(hidden.prefix(SubjectSeal.nonceBytes))
        return try FieldVisitor.read(Subject.self, from: combined(Array(hidden.dropFirst(SubjectSeal.nonceBytes)), nonce))
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
