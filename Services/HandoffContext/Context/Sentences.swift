/// Cuts a text into sentences, in any script.
enum Sentences {
    /// What is longer is no sentence to cite: it ends here.
    static let lengthMax = 400

    static func of(_ text: String) -> [String] {
        var sentences: [String] = []
        var sentence = ""
        var length = 0
        var isEnding = false
        func isOver(before next: Character) -> Bool {
            // A point inside a number or an address is followed by no blank.
            isEnding && (next.isWhitespace || sentence.last.map(endsWithoutBlank.contains) == true) || length == lengthMax
        }
        for character in text {
            if character.isNewline || (isOver(before: character) && !marks.contains(character)) {
                append(sentence, to: &sentences)
                (sentence, length, isEnding) = ("", 0, false)
            }
            sentence.append(character)
            length += 1
            isEnding = marks.contains(character)
        }
        append(sentence, to: &sentences)
        return sentences
    }

    static func isQuestion(_ sentence: String) -> Bool { sentence.contains { questionMarks.contains($0) } }

    private static let questionMarks: Set<Character> = ["?", "？", "؟"]
    private static let endsWithoutBlank: Set<Character> = ["。", "！", "？"]
    private static let marks: Set<Character> = questionMarks.union(endsWithoutBlank).union([".", "!", "…", "۔", "।"])

    private static func append(_ sentence: String, to sentences: inout [String]) {
        let blanks = sentence.prefix { $0.isWhitespace }.count
        let trimmed = sentence.dropFirst(blanks)
        let end = trimmed.lastIndex { !$0.isWhitespace }
        if let end, trimmed.contains(where: { $0.isLetter || $0.isNumber }) { sentences.append(String(trimmed[...end])) }
    }
}
