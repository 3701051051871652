import Glibc

/// What a byte scan looks for: each needle in the forms in which our files could hold it.
///
/// Plain, lower case (search indexes), JSON-escaped, percent-encoded, base64 and base64url in the three alignments, and for numbers like
/// phones the digits alone and the integer as SQLite stores it. Terms that FTS5 compresses by prefix are found by none of these.
struct Needles {
    /// A shorter needle would be found by chance.
    static let lengthMin = 4
    static let lengthMax = 1_024
    static let countMax = 1_024

    struct Match {
        let offset: Int
        let length: Int
        /// The needle's place in the list that was asked for.
        let needle: Int
    }

    /// Of the longest form.
    private(set) var formLengthMax = 0
    private var forms: [(bytes: [UInt8], needle: Int)] = []
    /// By a form's first two bytes: the first form, and from each form to the next one; -1 ends.
    private var first = [Int32](repeating: -1, count: 65_536)
    private var next: [Int32] = []

    init(_ needles: [[UInt8]]) {
        for (index, needle) in needles.enumerated() {
            for form in NeedleForms.all(of: needle) { add(form, index) }
        }
    }

    private mutating func add(_ form: [UInt8], _ needle: Int) {
        let key = Int(form[0]) << 8 | Int(form[1])
        next.append(first[key])
        first[key] = Int32(forms.count)
        forms.append((form, needle))
        formLengthMax = max(formLengthMax, form.count)
    }

    /// Every place where a form stands, one byte after the other: overlapping ones too.
    func search(_ bytes: [UInt8], _ found: (Match) -> Void) {
        guard bytes.count >= Needles.lengthMin else { return }
        bytes.withUnsafeBytes { bytes in
            first.withUnsafeBufferPointer { first in
                var key = Int(bytes[0])
                for end in 1..<bytes.count {
                    key = (key << 8 | Int(bytes[end])) & 0xffff
                    if first[key] >= 0 { compare(bytes, at: end - 1, from: first[key], found) }
                }
            }
        }
    }

    private func compare(_ bytes: UnsafeRawBufferPointer, at offset: Int, from first: Int32, _ found: (Match) -> Void) {
        var index = first
        while index >= 0 {
            let form = forms[Int(index)]
            let count = form.bytes.count
            if count <= bytes.count - offset, memcmp(bytes.baseAddress! + offset, form.bytes, count) == 0 {
                found(Match(offset: offset, length: count, needle: form.needle))
            }
            index = next[Int(index)]
        }
    }
}
