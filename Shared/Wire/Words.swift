/// Looking at many bytes of text at once.
extension UnsafeRawBufferPointer {
    /// How many bytes at the start need no escape in JSON, and whether they are all ASCII.
    func escapeFreePrefix() -> (count: Int, isASCII: Bool) {
        let count = count
        guard count >= 16 else { return escapeFreeRest(from: 0, behind: 0) }
        var all = vector(at: 0)
        let first = UnsafeRawBufferPointer.marks(all)
        if first[0] | first[1] != 0 { return UnsafeRawBufferPointer.prefix(of: all, before: first, at: 0, behind: .zero) }
        var index = 16
        // Four at a time: asking whether anything is marked costs more than marking.
        while index &+ 64 <= count {
            let (one, two) = (vector(at: index), vector(at: index &+ 16))
            let (three, four) = (vector(at: index &+ 32), vector(at: index &+ 48))
            let marks =
                UnsafeRawBufferPointer.marks(one) | UnsafeRawBufferPointer.marks(two)
                | UnsafeRawBufferPointer.marks(three) | UnsafeRawBufferPointer.marks(four)
            if marks[0] | marks[1] != 0 { break }
            all = all | one | two | three | four
            index &+= 64
        }
        while index &+ 16 <= count {
            let bytes = vector(at: index)
            let marks = UnsafeRawBufferPointer.marks(bytes)
            if marks[0] | marks[1] != 0 { return UnsafeRawBufferPointer.prefix(of: bytes, before: marks, at: index, behind: all) }
            all = all | bytes
            index &+= 16
        }
        let words = unsafeBitCast(all, to: SIMD2<UInt64>.self)
        return escapeFreeRest(from: index, behind: words[0] | words[1])
    }

    /// The same of the last bytes, one by one; `high` has the high bits of all before.
    @inline(__always)
    private func escapeFreeRest(from start: Int, behind high: UInt64) -> (count: Int, isASCII: Bool) {
        var index = start
        var high = high
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
            high |= UInt64(byte)
            index &+= 1
        }
        return (index, high & 0x8080_8080_8080_8080 == 0)
    }

    /// The same where a vector at `index` has marks: the bytes before the first of them count.
    @inline(__always)
    private static func prefix(
        of bytes: SIMD16<UInt8>, before marks: SIMD2<UInt64>, at index: Int, behind all: SIMD16<UInt8>
    ) -> (count: Int, isASCII: Bool) {
        let (bytes, all) = (unsafeBitCast(bytes, to: SIMD2<UInt64>.self), unsafeBitCast(all, to: SIMD2<UInt64>.self))
        let isInFirst = marks[0] != 0
        let word = isInFirst ? marks[0] : marks[1]
        let below = (word & (0 &- word)) &- 1  // All bits before the first mark.
        let before = isInFirst ? bytes[0] & below : bytes[0] | bytes[1] & below
        let plain = (isInFirst ? 0 : 8) &+ word.trailingZeroBitCount >> 3
        return (index &+ plain, (before | all[0] | all[1]) & 0x8080_8080_8080_8080 == 0)
    }

    @inline(__always)
    private func vector(at index: Int) -> SIMD16<UInt8> {
        baseAddress.unsafelyUnwrapped.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
    }

    /// All ones in the place of each byte that needs an escape. (Two words: asking a mask whether any of it is set would look at each
    /// byte alone. Whole vectors on both sides: only comparisons of these compile to instructions.)
    @inline(__always)
    private static func marks(_ bytes: SIMD16<UInt8>) -> SIMD2<UInt64> {
        let marks =
            (bytes .< SIMD16<UInt8>(repeating: 0x20)) .| (bytes .== SIMD16<UInt8>(repeating: UInt8(ascii: "\"")))
            .| (bytes .== SIMD16<UInt8>(repeating: UInt8(ascii: "\\")))
        return unsafeBitCast(marks, to: SIMD2<UInt64>.self)
    }

    /// The number that 8 decimal digits at `index` make; nil when they are something else. There are 8 bytes.
    @inline(__always)
    func eightDigits(at index: Int) -> Int64? {
        let word = word(at: index)
        // Digits are 0x30...0x39: the upper half of each byte is 3, also when 6 is added.
        guard (word & (word &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0x3030_3030_3030_3030 else { return nil }
        // The first digit is in the lowest byte: neighbours are joined to pairs, pairs to fours, fours to eight.
        let digits = word & 0x0F0F_0F0F_0F0F_0F0F
        let pairs = (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
        return Int64((fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF)
    }

    @inline(__always)
    private func word(at index: Int) -> UInt64 { UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self)) }
}
