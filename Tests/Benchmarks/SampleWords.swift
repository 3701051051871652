/// Texts of invented words: a few are in many texts, and most in few, as in any language.
struct SampleWords {
    static let count = 20_000
    private static let syllables = [
        "ba", "co", "di", "fu", "ge", "ha", "jo", "ki", "lu", "me", "na", "po", "ri", "su", "te", "va", "wo", "xi", "yu", "ze"
    ]

    /// Of so many words.
    static func text(_ wordCount: Int) -> String { (0..<wordCount).map { _ in word() }.joined(separator: " ") }

    static func word() -> String {
        let share = Double.random(in: 0..<1)
        var rest = Int(share * share * share * Double(count))
        var word = ""
        // The same number of syllables for all: no word is another's beginning.
        for _ in 0..<4 {
            word += syllables[rest % syllables.count]
            rest /= syllables.count
        }
        return word
    }
}
