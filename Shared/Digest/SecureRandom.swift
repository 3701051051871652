import Glibc

/// Random bytes for keys, nonces and tokens, from the kernel's generator.
/// Source: getentropy(3), which is getrandom(2) with its interruptions and short reads handled.
public enum SecureRandom {
    /// More than this at once is a mistake in a size, not a need for randomness.
    public static let countMax = 1 << 20

    /// What one getentropy call may be asked for.
    private static let drawMax = 256

    /// `count` random bytes, 0 to `countMax`.
    /// Waits when the machine has just started and the generator isn't seeded; a kernel without a generator ends the process.
    public static func bytes(_ count: Int) -> [UInt8] {
        precondition(0...countMax ~= count, "random bytes are drawn 0 to \(countMax) at once")
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            while filled < count {
                let draw = min(count - filled, drawMax)
                let code = getentropy(bytes.baseAddress! + filled, draw)
                precondition(code == 0, "getentropy: \(errno): the kernel gives no random bytes")
                filled += draw
            }
        }
    }
}
