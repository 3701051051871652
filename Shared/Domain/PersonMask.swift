/// Hides in free text how one person is called and reached: what `IdentifierMask` hides, each word of their names, and whoever is
/// addressed with an at sign.
///
/// A word that is a name too ("Will") is hidden as well: who may not know the name may miss the word.
public struct PersonMask: Sendable {
    static let wordLengthMin = 2

    /// Folded: who is José in one place is Jose in another.
    private let words: Set<String>
    /// Of scripts without capitals: there a name may stand within a run of letters, as other words have no blanks either.
    private let caseless: [String]

    /// - Parameter names: all by which the person is known: first and last names in any order, usernames.
    public init(names: [String]) {
        let names = names.flatMap(PersonMask.words(of:))
        words = Set(names.map(PersonMask.folded))
        caseless = Set(names.map { $0.lowercased() }).filter { $0.uppercased() == $0 && $0.allSatisfy(\.isLetter) }
            .sorted { $0.count > $1.count }
    }

    /// Whether any word of the names stands there.
    public func isMentioned(in text: String) -> Bool { PersonMask.words(of: text).contains { shown($0) != $0 } }

    public func masked(_ text: String) -> String {
        var result = ""
        var rest = IdentifierMask.masked(text)[...]
        while let first = rest.first {
            if first == "@" {
                let name = rest.dropFirst().prefix { PersonMask.isOfWord($0) || $0 == "." || $0 == "_" }
                result += name.isEmpty ? "@" : IdentifierMask.mask
                rest = rest[name.endIndex...]
            } else if PersonMask.isOfWord(first) {
                let word = rest.prefix(while: PersonMask.isOfWord)
                result += shown(word)
                rest = rest[word.endIndex...]
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    private func shown(_ word: Substring) -> String {
        if words.contains(PersonMask.folded(word)) { return IdentifierMask.mask }
        return caseless.reduce(String(word)) { $0.replacing($1, with: IdentifierMask.mask) }
    }

    private static func words(of text: String) -> [Substring] {
        text.split { !isOfWord($0) }.filter { $0.count >= wordLengthMin }
    }

    private static func folded(_ word: Substring) -> String { FoldedText(String(word)).words.joined() }

    private static func isOfWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
