import Domain

/// A text as the search index has it.
///
/// Words are folded (`FoldedText`): case, accents and the vowel signs that Arabic and Hebrew leave out make no difference. Where a script
/// puts no blanks between words each character and each pair of neighbours is a term, so that any part of a run is found.
struct SearchTerms {
    /// Rises with every change of what terms a text has: the index is made anew then.
    static let version: Int64 = 1
    /// A longer word is known by its beginning; whether it is the same one its text tells.
    static let termLengthMax = 32
    /// Of one text: more than a message of 64 KiB in a common language has.
    static let termCountMax = 8192

    let terms: Set<String>
    /// The folded words in order, with marks at their ends: one text holds another's words one after another where its bytes hold the
    /// other's.
    let bytes: [UInt8]

    init(_ text: String) { self.init(words: FoldedText(text).words) }

    init(words: [String]) {
        var bytes: [UInt8] = []
        for word in words {
            if !bytes.isEmpty { bytes.append(SearchTerms.wordGap) }
            for run in ScriptRun.runs(of: word) {
                if !run.isUnspaced { bytes.append(SearchTerms.wordEnd) }
                bytes += Array(run.text.utf8)
                if !run.isUnspaced { bytes.append(SearchTerms.wordEnd) }
            }
        }
        terms = SearchTerms.terms(of: words)
        self.bytes = bytes
    }

    /// The terms alone, as the index wants them.
    static func terms(in text: String) -> Set<String> { terms(of: FoldedText.words(of: text)) }

    private static func terms(of words: [String]) -> Set<String> {
        var terms: Set<String> = []
        for word in words where terms.count < termCountMax {
            if word.utf8.allSatisfy({ $0 < 0x80 }) {  // Most words: no runs to be told apart.
                terms.insert(word.utf8.count <= termLengthMax ? word : String(Substring(word.utf8.prefix(termLengthMax))))
            } else {
                for run in ScriptRun.runs(of: word) { terms.formUnion(run.terms) }
            }
        }
        return terms
    }

    var isEmpty: Bool { terms.isEmpty }

    /// Whether the other's words stand here one after another.
    func hold(_ other: SearchTerms) -> Bool {
        guard let first = other.bytes.first, bytes.count >= other.bytes.count else { return false }
        return (0...(bytes.count - other.bytes.count)).contains { start in
            bytes[start] == first && bytes[start..<(start + other.bytes.count)].elementsEqual(other.bytes)
        }
    }

    // Folded words have no control characters.
    private static let wordEnd: UInt8 = 1
    private static let wordGap: UInt8 = 2
}

/// A part of a word in one kind of script: `東京tower` has two.
private struct ScriptRun {
    var text: String
    let isUnspaced: Bool

    static func runs(of word: String) -> [ScriptRun] {
        if word.utf8.allSatisfy({ $0 < 0x80 }) { return [ScriptRun(text: word, isUnspaced: false)] }
        var runs: [ScriptRun] = []
        for scalar in word.unicodeScalars {
            let isUnspaced = ScriptRun.isUnspaced(scalar)
            if runs.last?.isUnspaced != isUnspaced { runs.append(ScriptRun(text: "", isUnspaced: isUnspaced)) }
            runs[runs.count - 1].text.unicodeScalars.append(scalar)
        }
        return runs
    }

    var terms: [String] {
        let scalars = text.unicodeScalars
        guard isUnspaced else { return [String(String.UnicodeScalarView(scalars.prefix(SearchTerms.termLengthMax)))] }
        let singles = scalars.map { String(Character($0)) }
        return singles + zip(scalars, scalars.dropFirst()).map { String(String.UnicodeScalarView([$0, $1])) }
    }

    /// Korean too: its blanks part phrases, and what people look for stands within them.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAC00...0xD7A3, 0x20000...0x3FFFF: true
        default: FoldedText.isUnspaced(scalar)
        }
    }
}
