/// How somebody says that they are called: `My name is Mara Ødegård`, in several languages.
public enum NamesGiven {
    private static let openings = [
        "my name is", "mein name ist", "ich heiße", "me llamo", "mi nombre es", "je m'appelle", "mon nom est", "mi chiamo", "il mio nome è",
        "meu nome é", "me chamo", "mijn naam is", "ik heet", "nazywam się", "mam na imię", "benim adım", "adım", "меня зовут", "мене звати",
        "моё имя"
    ].map(FoldedText.init)
    private static let firstWords = Set(openings.compactMap(\.words.first))
    private static let wordCountMax = 3

    /// Each name that an opening leads to, as it is written: up to three words with capitals.
    public static func `in`(_ text: String) -> [String] { `in`(text, folded: FoldedText(text)) }

    /// As `in`, for who has the text folded already.
    public static func `in`(_ text: String, folded whole: FoldedText) -> [String] {
        guard whole.words.contains(where: firstWords.contains), openings.contains(where: whole.contains) else { return [] }
        let words = text.split(whereSeparator: \.isWhitespace)
        let folded = words.map { FoldedText(String($0)).words }
        var names: [String] = []
        for start in words.indices {
            guard let end = openings.lazy.compactMap({ openingEnd($0.words, folded, from: start) }).first else { continue }
            var name: [Substring] = []
            for word in words[end...].prefix(wordCountMax) {
                guard let first = word.firstIndex(where: { $0.isLetter || $0.isNumber }), word[first].isUppercase,
                    let last = word.lastIndex(where: { $0.isLetter || $0.isNumber })
                else { break }
                name.append(word[first...last])
                if word.last.map({ !$0.isLetter }) == true { break }
            }
            if !name.isEmpty { names.append(name.joined(separator: " ")) }
        }
        return names
    }

    /// The index behind the opening's last word, where it stands at `start`.
    private static func openingEnd(_ opening: [String], _ words: [[String]], from start: Int) -> Int? {
        var rest = opening[...]
        var index = start
        while !rest.isEmpty {
            guard index < words.count, !words[index].isEmpty, rest.starts(with: words[index]) else { return nil }
            rest = rest.dropFirst(words[index].count)
            index += 1
        }
        return index < words.count ? index : nil
    }
}
