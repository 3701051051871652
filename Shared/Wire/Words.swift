/// Looking at many bytes of text at once.
extension UnsafeRawBufferPointer {
    /// How many bytes at the start need no escape in JSON, and whether they are all ASCII.
    func escapeFreePrefix() -> (count: Int, isASCII: Bool) {
        let count = count
        var index = 0
        var all = SIMD16<UInt8>(repeating: 0)
        // Whole vectors on both sides: only comparisons of these compile to instructions.
        let space = SIMD16<UInt8>(repeating: 0x20)
        let quote = SIMD16<UInt8>(repeating: UInt8(ascii: "\""))
        let backslash = SIMD16<UInt8>(repeating: UInt8(ascii: "\\"))
        while index &+ 16 <= count {
            let bytes = baseAddress.unsafelyUnwrapped.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
            let marks = (bytes .< space) .| (bytes .== quote) .| (bytes .== backslash)
            // Two words: asking a mask whether any of it is set would look at each byte alone.
            let words = unsafeBitCast(marks, to: SIMD2<UInt64>.self)
            if words[0] | words[1] != 0 {
                let plain = (words[0] != 0 ? words[0].trailingZeroBitCount : 64 &+ words[1].trailingZeroBitCount) >> 3
                let isPlain = UnsafeRawBufferPointer.places .< SIMD16<UInt8>(repeating: UInt8(truncatingIfNeeded: plain))
                let before = unsafeBitCast((all | bytes).replacing(with: all, where: .!isPlain), to: SIMD2<UInt64>.self)
                return (index &+ plain, (before[0] | before[1]) & 0x8080_8080_8080_8080 == 0)
            }
            all = all | bytes
            index &+= 16
        }
        let words = unsafeBitCast(all, to: SIMD2<UInt64>.self)
        var high = words[0] | words[1]
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
            high |= UInt64(byte)
            index += 1
        }
        return (index, high & 0x8080_8080_8080_8080 == 0)
    }

    /// The number of each byte of a vector.
    private static var places: SIMD16<UInt8> { SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }

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
