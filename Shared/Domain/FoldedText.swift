/// Text as words that are equal when people mean the same word: without case, accents, punctuation (José and jose).
public struct FoldedText: Equatable, Sendable {
    public let words: [String]
    /// Of a long text: there a phrase's words are looked up before they are looked for.
    private let known: Set<String>?
    private static let lookUpFrom = 64

    public init(_ text: String) {
        words = FoldedText.words(of: text)
        known = words.count < FoldedText.lookUpFrom ? nil : Set(words)
    }

    /// The words alone.
    public static func words(of text: String) -> [String] {
        // Most text is ASCII: that is many times as fast.
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return plainWords(text.utf8[...]) }
        // A blank parts words in every script, and much of what it parts is ASCII.
        return text.utf8.split { $0 <= 0x20 }.flatMap { part in
            part.allSatisfy { $0 < 0x80 } ? plainWords(part) : words(Substring(part))
        }
    }

    private static func plainWords(_ text: Substring.UTF8View) -> [String] {
        text.withContiguousStorageIfAvailable(plainWords) ?? Array(text).withUnsafeBufferPointer(plainWords)
    }

    private static func plainWords(_ text: UnsafeBufferPointer<UInt8>) -> [String] {
        var words: [String] = []
        var start = 0
        for index in 0...text.count where index == text.count || !isAlphanumeric(text[index]) {
            if index > start { words.append(lowercased(UnsafeBufferPointer(rebasing: text[start..<index]))) }
            start = index + 1
        }
        return words
    }

    private static func lowercased(_ word: UnsafeBufferPointer<UInt8>) -> String {
        String(unsafeUninitializedCapacity: word.count) { room in
            for index in word.indices { room[index] = (0x41...0x5A).contains(word[index]) ? word[index] | 0x20 : word[index] }
            return word.count
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    private static func words(_ text: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        for character in text {
            if let folded = FoldedText.foldedSoon(character) {
                word += folded
            } else if !word.isEmpty {
                words.append(word)
                word = ""
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    public var isEmpty: Bool { words.isEmpty }

    /// Whether the phrase's words stand here one after another. Where a script puts no blanks between words, the phrase may stand anywhere.
    public func contains(_ phrase: FoldedText) -> Bool {
        guard let first = phrase.words.first else { return false }
        if phrase.words.count == 1, first.unicodeScalars.contains(where: FoldedText.isUnspaced) {
            return words.contains { FoldedText.contains(Array($0.utf8), Array(first.utf8)) }
        }
        guard words.count >= phrase.words.count, known.map({ phrase.words.allSatisfy($0.contains) }) ?? true else { return false }
        return (0...(words.count - phrase.words.count)).contains { start in
            words[start] == first && words[start..<(start + phrase.words.count)].elementsEqual(phrase.words)
        }
    }

    // MARK: Characters

    /// As `folded`, looked up where a script has few letters, and known where it has no others.
    private static func foldedSoon(_ character: Character) -> String? {
        guard let scalar = character.unicodeScalars.first, character.utf8.count == UTF8.width(scalar) else { return folded(character) }
        switch scalar.value {
        case 0..<UInt32(table.count): return table[Int(scalar.value)]
        case 0x3041...0x3096, 0x30A1...0x30FA, 0x4E00...0x9FFF, 0xAC00...0xD7A3: return String(character)
        default: return folded(character)
        }
    }

    /// Latin, Greek, Cyrillic, Hebrew and Arabic letters.
    private static let table: [String?] = (0..<0x700).map { value in Unicode.Scalar(UInt32(value)).flatMap { folded(Character($0)) } }

    /// nil for what parts words.
    private static func folded(_ character: Character) -> String? {
        if character.isASCII {
            guard character.isLetter || character.isNumber else { return nil }
            return character.lowercased()
        }
        let lower = character.lowercased()
        if let special = specials[lower] { return special }
        var folded = ""
        for part in lower { folded.append(bases[part] ?? part) }
        let kept = folded.unicodeScalars.filter { !isMark($0) }
        guard let scalar = kept.first, scalar.properties.isAlphabetic || scalar.properties.numericType != nil else { return nil }
        let bare = String(String.UnicodeScalarView(kept.map(width)))
        return specials[bare] ?? bare
    }

    /// Letters that no accent makes.
    private static let specials: [String: String] = [
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h", "ı": "i", "ς": "σ", "ё": "е",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه"
    ]

    /// Accented Latin and Greek letters and what they are without: composed characters equal their parts (Unicode canonical equivalence),
    /// so a table made of parts finds both spellings.
    private static let bases: [Character: Character] = {
        let marks = [
            0x300, 0x301, 0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0x309, 0x30A, 0x30B, 0x30C, 0x30F, 0x311, 0x313, 0x314, 0x31B,
            0x323, 0x324, 0x326, 0x327, 0x328, 0x32D, 0x330, 0x331, 0x345
        ].map(mark)
        // Vietnamese puts a tone on a letter that has a mark of its own.
        let pairs = [0x302, 0x306, 0x31B].flatMap { first in [0x300, 0x301, 0x303, 0x309, 0x323].map { mark(first) + mark($0) } }
        var bases: [Character: Character] = [:]
        for base in "abcdefghijklmnopqrstuvwxyzαεηιουωρ" {
            for mark in marks + pairs { bases[Character(String(base) + mark)] = base }
        }
        return bases
    }()

    private static func mark(_ scalar: Int) -> String { Unicode.Scalar(UInt32(scalar)).map { String(Character($0)) } ?? "" }

    /// Accents, and the vowel signs that Hebrew and Arabic leave out as they like. In other scripts such signs make the word.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x300...0x36F, 0x591...0x5C7, 0x640, 0x64B...0x65F, 0x670: true
        default: false
        }
    }

    /// Full-width letters and digits are the plain ones.
    private static func width(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }

    /// Chinese, Japanese, Thai, Lao, Khmer, Burmese.
    public static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF: true
        default: false
        }
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first, text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0] == first && text[$0..<($0 + part.count)].elementsEqual(part) }
    }
}
