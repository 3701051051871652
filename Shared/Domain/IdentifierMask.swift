/// Hides direct identifiers in free text: e-mail addresses, and numbers of 7 or more digits such as phones and cards.
public enum IdentifierMask {
    static let digitCountMin = 7
    public static let mask = "•••"

    public static func masked(_ text: String) -> String {
        guard mayHoldOne(text) else { return text }
        return replaceNumbers(replaceAddresses(text) { _ in mask }) { _ in mask }
    }

    /// What `masked` hides: addresses first, then numbers, each in the order of the text.
    public static func found(in text: String) -> [String] {
        guard mayHoldOne(text) else { return [] }
        var found: [String] = []
        func take(_ identifier: String) -> String {
            found.append(identifier)
            return mask
        }
        _ = replaceNumbers(replaceAddresses(text, take), take)
        return found
    }

    /// Whether it has an at sign, or digits enough: most of what people write has neither, and is not looked at character by character.
    private static func mayHoldOne(_ text: String) -> Bool {
        var digitCount = 0
        var hasOtherDigits = false
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39: digitCount += 1
            case UInt8(ascii: "@"): return true
            // Leads U+0640 and what is above: there the digits of other scripts begin.
            case 0xD9...: hasOtherDigits = true
            default: break
            }
        }
        if hasOtherDigits { digitCount += text.unicodeScalars.count { $0.value >= 0x640 && $0.properties.numericType == .decimal } }
        return digitCount >= digitCountMin
    }

    /// An address is a word with text before an at sign and a dot behind it.
    private static func replaceAddresses(_ text: String, _ replace: (String) -> String) -> String {
        var result = ""
        var word = ""
        for character in text {
            if character.isWhitespace {
                result += isAddress(word) ? replace(word) : word
                result.append(character)
                word = ""
            } else {
                word.append(character)
            }
        }
        return result + (isAddress(word) ? replace(word) : word)
    }

    private static func isAddress(_ word: String) -> Bool {
        guard let at = word.firstIndex(of: "@"), at > word.startIndex else { return false }
        return word[at...].dropFirst().contains(".")
    }

    private static func replaceNumbers(_ text: String, _ replace: (String) -> String) -> String {
        var result = ""
        var run: [Character] = []
        for character in text {
            let opens = run.isEmpty && (character == "+" || character == "(")
            if isDigit(character) || opens || (!run.isEmpty && isSeparator(character)) {
                run.append(character)
            } else {
                result += shown(run, replace)
                run = []
                result.append(character)
            }
        }
        return result + shown(run, replace)
    }

    /// What may part the digits of one number, as people type it and messengers copy it: blanks of any width, dashes of any length,
    /// marks of writing direction.
    private static func isSeparator(_ character: Character) -> Bool {
        if character.isWhitespace || "./()_,+".contains(character) { return true }
        return character.unicodeScalars.allSatisfy { scalar in
            scalar.properties.generalCategory == .dashPunctuation || scalar.properties.generalCategory == .format
        }
    }

    private static func shown(_ run: [Character], _ replace: (String) -> String) -> String {
        guard run.count(where: isDigit) >= digitCountMin, let last = run.lastIndex(where: isDigit) else { return String(run) }
        return replace(String(run[...last])) + String(run[(last + 1)...])
    }

    /// Digits of any script.
    private static func isDigit(_ character: Character) -> Bool {
        character.unicodeScalars.first?.properties.numericType == .decimal
    }
}
