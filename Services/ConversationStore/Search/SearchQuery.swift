import Domain

/// What somebody looks for: words, and phrases in quotation marks; a message has to hold all of them.
struct SearchQuery {
    /// What must stand in a text as it is: a word, or the words of a phrase one after another.
    let parts: [SearchTerms]

    init(_ text: String) {
        var parts: [SearchTerms] = []
        for (index, piece) in text.split(omittingEmptySubsequences: false, whereSeparator: SearchQuery.isQuotationMark).enumerated() {
            // Every second piece stands between two marks; an open one ends with the text.
            let words = FoldedText(String(piece)).words
            if index % 2 == 1 { parts.append(SearchTerms(words: words)) } else { parts += words.map { SearchTerms(words: [$0]) } }
        }
        self.parts = parts.filter { !$0.isEmpty }
    }

    var isEmpty: Bool { parts.isEmpty }

    /// All that the index is asked for. A character that stands in a pair needs not be asked for alone.
    var terms: [String] {
        let terms = parts.reduce(into: Set<String>()) { $0.formUnion($1.terms) }
        let pairs = terms.filter { $0.unicodeScalars.count == 2 && SearchTerms($0).terms.count == 3 }
        let paired = Set(pairs.flatMap { $0.unicodeScalars.map { String(Character($0)) } })
        return terms.subtracting(paired).sorted()
    }

    func isHeld(by text: SearchTerms) -> Bool { parts.allSatisfy(text.hold) }

    private static func isQuotationMark(_ character: Character) -> Bool { "\"“”„«»「」『』".contains(character) }
}
