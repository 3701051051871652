/// The function that SHA-256 repeats for every block. Source: FIPS 180-4 §4.1.2, §4.2.2, §6.2.
extension SHA256 {
    /// Folds `count` whole blocks into `state`.
    ///
    /// Written out round by round for speed: the schedule stays in sixteen locals, the eight working variables change names
    /// instead of moving, and each round's constant is an operand of its instruction.
    static func compress(_ state: inout SIMD8<UInt32>, _ blocks: UnsafeRawPointer, count: Int) {
        for index in 0..<count {
            let block = blocks + index &* blockLength
            var w0 = word(block, 0), w1 = word(block, 1), w2 = word(block, 2), w3 = word(block, 3)
            var w4 = word(block, 4), w5 = word(block, 5), w6 = word(block, 6), w7 = word(block, 7)
            var w8 = word(block, 8), w9 = word(block, 9), w10 = word(block, 10), w11 = word(block, 11)
            var w12 = word(block, 12), w13 = word(block, 13), w14 = word(block, 14), w15 = word(block, 15)
            var a = state[0], b = state[1], c = state[2], d = state[3]
            var e = state[4], f = state[5], g = state[6], h = state[7]

            round(a, b, c, &d, e, f, g, &h, w0 &+ 0x428a_2f98)
            round(h, a, b, &c, d, e, f, &g, w1 &+ 0x7137_4491)
            round(g, h, a, &b, c, d, e, &f, w2 &+ 0xb5c0_fbcf)
            round(f, g, h, &a, b, c, d, &e, w3 &+ 0xe9b5_dba5)
            round(e, f, g, &h, a, b, c, &d, w4 &+ 0x3956_c25b)
            round(d, e, f, &g, h, a, b, &c, w5 &+ 0x59f1_11f1)
            round(c, d, e, &f, g, h, a, &b, w6 &+ 0x923f_82a4)
            round(b, c, d, &e, f, g, h, &a, w7 &+ 0xab1c_5ed5)
            round(a, b, c, &d, e, f, g, &h, w8 &+ 0xd807_aa98)
            round(h, a, b, &c, d, e, f, &g, w9 &+ 0x1283_5b01)
            round(g, h, a, &b, c, d, e, &f, w10 &+ 0x2431_85be)
            round(f, g, h, &a, b, c, d, &e, w11 &+ 0x550c_7dc3)
            round(e, f, g, &h, a, b, c, &d, w12 &+ 0x72be_5d74)
            round(d, e, f, &g, h, a, b, &c, w13 &+ 0x80de_b1fe)
            round(c, d, e, &f, g, h, a, &b, w14 &+ 0x9bdc_06a7)
            round(b, c, d, &e, f, g, h, &a, w15 &+ 0xc19b_f174)

            round(a, b, c, &d, e, f, g, &h, next(&w0, w1, w9, w14) &+ 0xe49b_69c1)
            round(h, a, b, &c, d, e, f, &g, next(&w1, w2, w10, w15) &+ 0xefbe_4786)
            round(g, h, a, &b, c, d, e, &f, next(&w2, w3, w11, w0) &+ 0x0fc1_9dc6)
            round(f, g, h, &a, b, c, d, &e, next(&w3, w4, w12, w1) &+ 0x240c_a1cc)
            round(e, f, g, &h, a, b, c, &d, next(&w4, w5, w13, w2) &+ 0x2de9_2c6f)
            round(d, e, f, &g, h, a, b, &c, next(&w5, w6, w14, w3) &+ 0x4a74_84aa)
            round(c, d, e, &f, g, h, a, &b, next(&w6, w7, w15, w4) &+ 0x5cb0_a9dc)
            round(b, c, d, &e, f, g, h, &a, next(&w7, w8, w0, w5) &+ 0x76f9_88da)
            round(a, b, c, &d, e, f, g, &h, next(&w8, w9, w1, w6) &+ 0x983e_5152)
            round(h, a, b, &c, d, e, f, &g, next(&w9, w10, w2, w7) &+ 0xa831_c66d)
            round(g, h, a, &b, c, d, e, &f, next(&w10, w11, w3, w8) &+ 0xb003_27c8)
            round(f, g, h, &a, b, c, d, &e, next(&w11, w12, w4, w9) &+ 0xbf59_7fc7)
            round(e, f, g, &h, a, b, c, &d, next(&w12, w13, w5, w10) &+ 0xc6e0_0bf3)
            round(d, e, f, &g, h, a, b, &c, next(&w13, w14, w6, w11) &+ 0xd5a7_9147)
            round(c, d, e, &f, g, h, a, &b, next(&w14, w15, w7, w12) &+ 0x06ca_6351)
            round(b, c, d, &e, f, g, h, &a, next(&w15, w0, w8, w13) &+ 0x1429_2967)

            round(a, b, c, &d, e, f, g, &h, next(&w0, w1, w9, w14) &+ 0x27b7_0a85)
            round(h, a, b, &c, d, e, f, &g, next(&w1, w2, w10, w15) &+ 0x2e1b_2138)
            round(g, h, a, &b, c, d, e, &f, next(&w2, w3, w11, w0) &+ 0x4d2c_6dfc)
            round(f, g, h, &a, b, c, d, &e, next(&w3, w4, w12, w1) &+ 0x5338_0d13)
            round(e, f, g, &h, a, b, c, &d, next(&w4, w5, w13, w2) &+ 0x650a_7354)
            round(d, e, f, &g, h, a, b, &c, next(&w5, w6, w14, w3) &+ 0x766a_0abb)
            round(c, d, e, &f, g, h, a, &b, next(&w6, w7, w15, w4) &+ 0x81c2_c92e)
            round(b, c, d, &e, f, g, h, &a, next(&w7, w8, w0, w5) &+ 0x9272_2c85)
            round(a, b, c, &d, e, f, g, &h, next(&w8, w9, w1, w6) &+ 0xa2bf_e8a1)
            round(h, a, b, &c, d, e, f, &g, next(&w9, w10, w2, w7) &+ 0xa81a_664b)
            round(g, h, a, &b, c, d, e, &f, next(&w10, w11, w3, w8) &+ 0xc24b_8b70)
            round(f, g, h, &a, b, c, d, &e, next(&w11, w12, w4, w9) &+ 0xc76c_51a3)
            round(e, f, g, &h, a, b, c, &d, next(&w12, w13, w5, w10) &+ 0xd192_e819)
            round(d, e, f, &g, h, a, b, &c, next(&w13, w14, w6, w11) &+ 0xd699_0624)
            round(c, d, e, &f, g, h, a, &b, next(&w14, w15, w7, w12) &+ 0xf40e_3585)
            round(b, c, d, &e, f, g, h, &a, next(&w15, w0, w8, w13) &+ 0x106a_a070)

            round(a, b, c, &d, e, f, g, &h, next(&w0, w1, w9, w14) &+ 0x19a4_c116)
            round(h, a, b, &c, d, e, f, &g, next(&w1, w2, w10, w15) &+ 0x1e37_6c08)
            round(g, h, a, &b, c, d, e, &f, next(&w2, w3, w11, w0) &+ 0x2748_774c)
            round(f, g, h, &a, b, c, d, &e, next(&w3, w4, w12, w1) &+ 0x34b0_bcb5)
            round(e, f, g, &h, a, b, c, &d, next(&w4, w5, w13, w2) &+ 0x391c_0cb3)
            round(d, e, f, &g, h, a, b, &c, next(&w5, w6, w14, w3) &+ 0x4ed8_aa4a)
            round(c, d, e, &f, g, h, a, &b, next(&w6, w7, w15, w4) &+ 0x5b9c_ca4f)
            round(b, c, d, &e, f, g, h, &a, next(&w7, w8, w0, w5) &+ 0x682e_6ff3)
            round(a, b, c, &d, e, f, g, &h, next(&w8, w9, w1, w6) &+ 0x748f_82ee)
            round(h, a, b, &c, d, e, f, &g, next(&w9, w10, w2, w7) &+ 0x78a5_636f)
            round(g, h, a, &b, c, d, e, &f, next(&w10, w11, w3, w8) &+ 0x84c8_7814)
            round(f, g, h, &a, b, c, d, &e, next(&w11, w12, w4, w9) &+ 0x8cc7_0208)
            round(e, f, g, &h, a, b, c, &d, next(&w12, w13, w5, w10) &+ 0x90be_fffa)
            round(d, e, f, &g, h, a, b, &c, next(&w13, w14, w6, w11) &+ 0xa450_6ceb)
            round(c, d, e, &f, g, h, a, &b, next(&w14, w15, w7, w12) &+ 0xbef9_a3f7)
            round(b, c, d, &e, f, g, h, &a, next(&w15, w0, w8, w13) &+ 0xc671_78f2)

            state &+= SIMD8(a, b, c, d, e, f, g, h)
        }
    }

    /// One round without its renaming: the caller passes the variables one place further on each time.
    ///
    /// The sums of the standard, e>>>6 ^ e>>>11 ^ e>>>25 and a>>>2 ^ a>>>13 ^ a>>>22, are nested, which spares copies; and in
    /// this form of the majority, b ^ c is the a ^ b of the round before, which the compiler sees. Measured: 8 % together.
    @inline(__always)
    private static func round(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
        _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32
    ) {
        let choice = g ^ (e & (f ^ g))
        let majority = b ^ ((a ^ b) & (b ^ c))
        let first = h &+ rotate(rotate(rotate(e, 14) ^ e, 5) ^ e, 6) &+ choice &+ input
        d &+= first
        h = first &+ rotate(rotate(rotate(a, 9) ^ a, 11) ^ a, 2) &+ majority
    }

    /// Moves a word of the schedule sixteen rounds on, from the words 15, 7 and 2 rounds back.
    @inline(__always)
    private static func next(_ word: inout UInt32, _ back15: UInt32, _ back7: UInt32, _ back2: UInt32) -> UInt32 {
        let small0 = rotate(back15, 7) ^ rotate(back15, 18) ^ (back15 &>> 3)
        let small1 = rotate(back2, 17) ^ rotate(back2, 19) ^ (back2 &>> 10)
        word = word &+ small0 &+ back7 &+ small1
        return word
    }

    @inline(__always)
    private static func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 { (word &>> bits) | (word &<< (32 &- bits)) }

    @inline(__always)
    private static func word(_ block: UnsafeRawPointer, _ index: Int) -> UInt32 {
        UInt32(bigEndian: (block + index &* 4).loadUnaligned(as: UInt32.self))
    }
}
