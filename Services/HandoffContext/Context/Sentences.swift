/// Cuts a text into sentences, in any script.
enum Sentences {
    /// What is longer is no sentence to cite: it ends here.
    static let lengthMax = 400

    static func of(_ text: String) -> [String] {
        var sentences: [String] = []
        var (start, end) = (text.startIndex, text.startIndex)
        var length = 0
        var last = Sign.other
        for character in text {
            let sign = Sign(character)
            // A point inside a number or an address is followed by no blank.
            let isOver = (last.isMark && (sign == .blank || last.endsWithoutBlank)) || length == lengthMax
            if sign == .newline || (isOver && !sign.isMark) {
                append(text[start..<end], to: &sentences)
                (start, length) = (end, 0)
            }
            end = text.utf8.index(end, offsetBy: character.utf8.count)
            length += 1
            last = sign
        }
        append(text[start...], to: &sentences)
        return sentences
    }

    static func isQuestion(_ sentence: String) -> Bool { sentence.unicodeScalars.contains { Sign($0)?.isQuestion == true } }

    private static func append(_ sentence: Substring, to sentences: inout [String]) {
        let trimmed = sentence.drop(while: \.isWhitespace)
        let end = trimmed.lastIndex { !$0.isWhitespace }
        if let end, trimmed.contains(where: { $0.isLetter || $0.isNumber }) { sentences.append(String(trimmed[...end])) }
    }

    /// What a character does in a sentence.
    private enum Sign {
        case newline, blank, other
        case stop, wideStop, question, wideQuestion

        init(_ character: Character) {
            let scalars = character.unicodeScalars
            guard let first = scalars.first else { preconditionFailure("a character has a scalar") }
            let isOne = character.utf8.count == UTF8.width(first)
            if isOne, let mark = Sign(first) {
                self = mark
            } else if first.value < 0x80 {
                self = (0x0A...0x0D).contains(first.value) ? .newline : first.value == 0x20 || first.value == 0x09 ? .blank : .other
            } else {
                self = character.isNewline ? .newline : character.isWhitespace ? .blank : .other
            }
        }

        /// nil for what ends no sentence.
        init?(_ scalar: Unicode.Scalar) {
            switch scalar {
            case ".", "!", "…", "۔", "।": self = .stop
            case "。", "！": self = .wideStop
            case "?", "؟": self = .question
            case "？": self = .wideQuestion
            default: return nil
            }
        }

        var isMark: Bool { self == .stop || self == .wideStop || isQuestion }
        var isQuestion: Bool { self == .question || self == .wideQuestion }
        var endsWithoutBlank: Bool { self == .wideStop || self == .wideQuestion }
    }
}
