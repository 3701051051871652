/// Looking at 8 bytes of text at once: in a general register, since the standard library's vectors compare byte by byte.
extension UnsafeRawBufferPointer {
    /// How many bytes at the start need no escape in JSON, and whether they are all ASCII.
    func escapeFreePrefix() -> (count: Int, isASCII: Bool) {
        var index = 0
        var high: UInt64 = 0
        // Long plain ASCII, as most text is: four words without a look at where in them something stands.
        while index + 32 <= count {
            let words = (word(at: index), word(at: index + 8), word(at: index + 16), word(at: index + 24))
            let all = (words.0 | differences(words.0)) | (words.1 | differences(words.1))
            let more = (words.2 | differences(words.2)) | (words.3 | differences(words.3))
            if (all | more) & 0x8080_8080_8080_8080 != 0 { break }
            index += 32
        }
        while index + 8 <= count {
            let word = word(at: index)
            let marks = marks(word)
            if marks != 0 {
                let plainBits = UInt64(marks.trailingZeroBitCount & ~7)
                high |= word & ((1 << plainBits) &- 1)
                return (index + Int(plainBits >> 3), high & 0x8080_8080_8080_8080 == 0)
            }
            high |= word
            index += 8
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
            high |= UInt64(byte)
            index += 1
        }
        return (index, high & 0x8080_8080_8080_8080 == 0)
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

    /// The top bit of each byte below 0x20, of each quote and backslash. A borrow can only mark bytes behind the first such.
    @inline(__always)
    private func marks(_ word: UInt64) -> UInt64 { differences(word) & ~word & 0x8080_8080_8080_8080 }

    /// As `marks`, for bytes below 0x80; the others and the lower bits say nothing.
    @inline(__always)
    private func differences(_ word: UInt64) -> UInt64 {
        // Exchanging 0x20 and 0x22 puts the quote next to the control characters: one difference for both.
        let controlOrQuote = (word ^ 0x0202_0202_0202_0202) &- 0x2121_2121_2121_2121
        let backslash = (word ^ 0x5C5C_5C5C_5C5C_5C5C) &- 0x0101_0101_0101_0101
        return controlOrQuote | backslash
    }
}
