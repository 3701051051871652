/// `length` bytes that a few words describe, so that expected digests could be computed by another implementation (CPython's hashlib):
/// byte i of a message of length n is (7 i + 13 n + 5) mod 256.
func pattern(_ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + length * 13 + 5) }
}

/// The same bytes in every run (xorshift64), for garbage that a failure can repeat.
struct Garbage: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
