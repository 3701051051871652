/// Hides direct identifiers in free text: e-mail addresses, and numbers of 7 or more digits such as phones and cards.
enum IdentifierMask {
    static let digitCountMin = 7
    static let mask = "•••"

    static func masked(_ text: String) -> String {
        var result = ""
        for (index, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
            if index > 0 { result += " " }
            result += isAddress(word) ? mask : String(word)
        }
        return maskNumbers(result)
    }

    private static func isAddress(_ word: Substring) -> Bool {
        guard let at = word.firstIndex(of: "@"), at > word.startIndex else { return false }
        return word[at...].dropFirst().contains(".")
    }

    /// A number may be parted by spaces, dots, dashes, slashes and brackets, and begin with a plus.
    private static func maskNumbers(_ text: String) -> String {
        var result = ""
        var run: [Character] = []
        for character in text {
            if isDigit(character) || (!run.isEmpty && " .-/()".contains(character)) || (run.isEmpty && "+(".contains(character)) {
                run.append(character)
            } else {
                result += shown(run)
                run = []
                result.append(character)
            }
        }
        return result + shown(run)
    }

    private static func shown(_ run: [Character]) -> String {
        guard run.count(where: isDigit) >= digitCountMin, let last = run.lastIndex(where: isDigit) else { return String(run) }
        return mask + String(run[(last + 1)...])
    }

    /// Digits of any script.
    private static func isDigit(_ character: Character) -> Bool { character.wholeNumberValue.map { $0 < 10 } ?? false }
}
