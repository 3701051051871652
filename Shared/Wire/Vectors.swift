/// Looking at many bytes of text at once.
extension UnsafeRawBufferPointer {
    /// How many bytes at the start need no escape in JSON, and whether they are all ASCII.
    func escapeFreePrefix() -> (count: Int, isASCII: Bool) {
        var index = 0
        var high: UInt64 = 0
        // Most names and words end within the first word.
        if count >= 8, marks(word(at: 0)) == 0 {
            var vectors = SIMD32<UInt8>(repeating: 0)
            while index + 32 <= count {
                let vector = loadUnaligned(fromByteOffset: index, as: SIMD32<UInt8>.self)
                if hasEscapable(vector) { break }
                vectors |= vector
                index += 32
            }
            high = folded(vectors)
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

    /// The top bit of each byte below 0x20, of each quote and backslash: one of three differences has it set though the byte has not.
    /// A borrow can only mark bytes behind the first such.
    @inline(__always)
    private func marks(_ word: UInt64) -> UInt64 {
        let control = word &- 0x2020_2020_2020_2020
        let quote = (word ^ 0x2222_2222_2222_2222) &- 0x0101_0101_0101_0101
        let backslash = (word ^ 0x5C5C_5C5C_5C5C_5C5C) &- 0x0101_0101_0101_0101
        return (control | quote | backslash) & ~word & 0x8080_8080_8080_8080
    }

    @inline(__always)
    private func hasEscapable(_ vector: SIMD32<UInt8>) -> Bool {
        let marked = (vector .< 0x20) .| (vector .== 0x22) .| (vector .== 0x5C)
        return folded(unsafeBitCast(marked, to: SIMD32<UInt8>.self)) != 0
    }

    @inline(__always)
    private func folded(_ vector: SIMD32<UInt8>) -> UInt64 {
        let words = unsafeBitCast(vector, to: SIMD4<UInt64>.self)
        return words[0] | words[1] | words[2] | words[3]
    }
}
