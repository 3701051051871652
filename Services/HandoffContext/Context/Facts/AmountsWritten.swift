import Domain

/// `€25`, `25,50 €`, `USD 1,200.00`, `30 reais`.
enum AmountsWritten {
    private static let currencies: Set<String> = [
        "eur", "euro", "euros", "usd", "dollar", "dollars", "dolares", "gbp", "pound", "pounds", "chf", "franken", "brl", "reais", "real",
        "pln", "zl", "zloty", "zlotych", "try", "tl", "lira", "uah", "грн", "гривен", "rub", "руб", "рублей", "рубля", "jpy", "yen", "cny",
        "yuan",
        "mxn", "pesos", "inr", "rupees", "aed", "sar", "sek", "nok", "dkk", "czk"
    ]

    static func amount(at index: Int, of words: [String]) -> (count: Int, text: String)? {
        let word = words[index].trimmedOfSigns
        if isNumber(word) {
            guard index + 1 < words.count, isCurrency(words[index + 1].trimmedOfSigns) else { return nil }
            return (2, "\(word) \(words[index + 1].trimmedOfSigns)")
        }
        if isCurrency(word) {
            guard index + 1 < words.count, isNumber(words[index + 1].trimmedOfSigns) else { return nil }
            return (2, "\(word) \(words[index + 1].trimmedOfSigns)")
        }
        // Sign or word and number in one.
        let number = word.drop { !$0.isWholeNumber }.prefix { $0.isWholeNumber || $0 == "." || $0 == "," }
        let rest = String(word[..<number.startIndex] + word[number.endIndex...])
        return !number.isEmpty && !rest.isEmpty && isCurrency(rest) ? (1, word) : nil
    }

    private static func isNumber(_ word: String) -> Bool {
        word.first?.isWholeNumber == true && word.count <= 15 && word.allSatisfy { $0.isWholeNumber || $0 == "." || $0 == "," }
    }

    private static func isCurrency(_ word: String) -> Bool {
        let hasSymbol = word.unicodeScalars.contains { $0.properties.generalCategory == .currencySymbol }
        if hasSymbol { return word.count <= 3 && !word.contains(where: \.isWholeNumber) }
        return FoldedText(word).words.first.map(currencies.contains) ?? false
    }
}
