import Domain

/// `2026-03-12`, `12.3.2026`, `3/12/26`, `12 March`, `March 12th`, `12 de marzo de 2026`.
enum DatesWritten {
    private static let months = Set(
        """
        january february march april may june july august september october november december januar februar marz mai juni juli oktober
        dezember enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre janvier fevrier mars avril juin
        juillet aout septembre octobre novembre decembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro
        fevereiro marco maio junho julho setembro outubro novembro dezembro januari februari maart mei augustus stycznia lutego marca
        kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia ocak subat mart nisan mayis haziran temmuz agustos
        eylul ekim kasim aralik января февраля марта апреля мая июня июля августа сентября октября ноября декабря
        """.split(whereSeparator: \.isWhitespace).map { FoldedText(String($0)).words[0] })
    private static let endings: Set<String> = ["th", "st", "nd", "rd"]

    static func date(at index: Int, of words: [String]) -> (count: Int, text: String)? {
        let word = words[index].trimmedOfSigns
        if isNumeric(word) { return (1, word) }
        guard index + 1 < words.count else { return nil }
        var end = index + 1
        if isMonth(words[index]) {
            guard isDay(words[end]) else { return nil }
        } else {
            guard isDay(words[index]) else { return nil }
            if ["de", "of"].contains(words[end].lowercased()), end + 1 < words.count { end += 1 }
            guard isMonth(words[end]) else { return nil }
        }
        var last = end
        for step in 1...2 where end + step < words.count {
            if step == 1, words[end + 1].lowercased() == "de" { continue }
            if isYear(words[end + step]) { last = end + step }
            break
        }
        return (last - index + 1, words[index...last].joined(separator: " ").trimmedOfSigns)
    }

    private static func isNumeric(_ word: String) -> Bool {
        for sign in ["-", ".", "/"] as [Character] where word.utf8.count(where: { $0 == sign.asciiValue }) == 2 {
            let parts = word.split(separator: sign, omittingEmptySubsequences: false)
            guard parts.count == 3, parts.allSatisfy({ (1...4).contains($0.count) && $0.allSatisfy(\.isWholeNumber) }) else { continue }
            let numbers = parts.compactMap { Int($0) }
            guard numbers.count == 3 else { continue }
            let (year, rest) = parts[0].count == 4 ? (parts[0], numbers[1...]) : (parts[2], numbers[..<2])
            return (year.count == 4 || year.count == 2) && rest.allSatisfy { (1...31).contains($0) } && rest.contains { $0 <= 12 }
        }
        return false
    }

    private static func isMonth(_ word: String) -> Bool {
        !word.hasDigit && FoldedText(word).words.first.map(months.contains) ?? false
    }

    private static func isYear(_ word: String) -> Bool { Int(word.trimmedOfSigns).map { (1900...2199).contains($0) } ?? false }

    private static func isDay(_ word: String) -> Bool {
        guard word.hasDigit else { return false }
        let folded = FoldedText(word).words
        guard folded.count == 1 else { return false }
        let digits = folded[0].prefix { $0.isWholeNumber }
        guard let day = Int(digits), (1...31).contains(day) else { return false }
        let ending = String(folded[0].dropFirst(digits.count))
        return ending.isEmpty || endings.contains(ending)
    }
}
