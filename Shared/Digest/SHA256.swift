/// SHA-256 of a message that may come in pieces. Source: FIPS 180-4 §5.1.1, §5.3.3, §6.2.
///
/// A value: a copy goes on from where the original stood. Nothing is allocated but the digest itself.
/// The hash of a guessable value (a phone number, say) hides nothing: use `HMACSHA256Key` for those.
public struct SHA256: Sendable {
    /// Bytes of a digest.
    public static let digestLength = 32
    /// Bytes that are compressed at once.
    public static let blockLength = 64

    private var state: SIMD8<UInt32>
    private var pending: InlineArray<64, UInt8>
    private var pendingCount: Int
    private var messageLength: UInt64

    public init() {
        state = SIMD8(
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
        pending = InlineArray(repeating: 0)
        pendingCount = 0
        messageLength = 0
    }

    /// The 32-byte digest of `bytes`.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// The 32-byte digest of `bytes`.
    public static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// Appends `bytes` to the message.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Appends `bytes` to the message. The standard limits a message to 2^61 - 1 bytes, which no machine can reach.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        messageLength &+= UInt64(bytes.count)
        var consumed = 0
        if pendingCount > 0 {
            consumed = min(SHA256.blockLength - pendingCount, bytes.count)
            hold(start, consumed)
            guard pendingCount == SHA256.blockLength else { return }
            compressPending()
        }
        let blocks = (bytes.count - consumed) / SHA256.blockLength
        SHA256.compress(&state, start + consumed, count: blocks)
        consumed += blocks * SHA256.blockLength
        hold(start + consumed, bytes.count - consumed)
    }

    /// The digest of the message so far, 32 bytes. It ends nothing: updating may go on.
    public func finalize() -> [UInt8] {
        let words = finalState()
        return [UInt8](unsafeUninitializedCapacity: SHA256.digestLength) { bytes, count in
            UnsafeMutableRawPointer(bytes.baseAddress!).storeBytes(of: words, as: SIMD8<UInt32>.self)
            count = SHA256.digestLength
        }
    }

    /// The digest as eight words whose memory is the digest's bytes, so that HMAC hashes it again without an array.
    func finalState() -> SIMD8<UInt32> {
        var last = self
        last.pad()
        var words = last.state
        for index in words.indices { words[index] = words[index].bigEndian }
        return words
    }

    /// Appends 0x80, zeros, and the message's length in bits as the last eight bytes of a block.
    private mutating func pad() {
        let bitLength = (messageLength &* 8).bigEndian
        pending[pendingCount] = 0x80
        pendingCount += 1
        if pendingCount > SHA256.blockLength - 8 {
            clearPending(to: SHA256.blockLength)
            compressPending()
        }
        clearPending(to: SHA256.blockLength - 8)
        withUnsafeMutableBytes(of: &pending) { $0.storeBytes(of: bitLength, toByteOffset: SHA256.blockLength - 8, as: UInt64.self) }
        compressPending()
    }

    private mutating func hold(_ start: UnsafeRawPointer, _ count: Int) {
        withUnsafeMutableBytes(of: &pending) { bytes in
            UnsafeMutableRawBufferPointer(rebasing: bytes[pendingCount..<pendingCount + count])
                .copyMemory(from: UnsafeRawBufferPointer(start: start, count: count))
        }
        pendingCount += count
    }

    private mutating func clearPending(to end: Int) {
        for index in pendingCount..<end { pending[index] = 0 }
    }

    private mutating func compressPending() {
        withUnsafeBytes(of: &pending) { SHA256.compress(&state, $0.baseAddress!, count: 1) }
        pendingCount = 0
    }
}
