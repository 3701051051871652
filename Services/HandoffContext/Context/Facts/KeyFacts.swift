import Domain
import HandoffContextContracts

/// Names, amounts, dates, links and contact details in what was said, by how they are written; each with where it comes from.
enum KeyFacts {
    static let countMax = 50

    /// - Parameter talk: oldest first. Who somebody is and how they are reached is taken from the person's own words alone.
    static func of(_ talk: [SaidLine]) -> [ContextFact] {
        var facts: [ContextFact] = []
        var places: [String: Int] = [:]
        for said in talk {
            let line = said.line
            for (kind, text) in found(in: said) {
                let key = "\(kind.rawValue)\n\(FoldedText(text).words.joined(separator: " "))"
                guard let place = places[key] else {
                    places[key] = facts.count
                    facts.append(ContextFact(kind: kind, text: text, at: line.at, cites: line.cites))
                    continue
                }
                for message in line.cites where !facts[place].cites.contains(message) { facts[place].cites.append(message) }
            }
        }
        return Array(facts.suffix(countMax))
    }

    private static func found(in said: SaidLine) -> [(ContextFact.Kind, String)] {
        let line = said.line
        var found: [(ContextFact.Kind, String)] = []
        if line.author == .participant { found += NamesGiven.in(line.text, folded: said.folded).map { (.name, $0) } }
        let (written, dates) = written(in: line.text)
        found += written
        guard line.author == .participant else { return found }
        // A date has as many digits as a phone.
        return found + IdentifierMask.found(in: line.text).filter { !dates.contains($0) }.map { (.contact, $0) }
    }

    /// Links, dates and amounts; the dates once more, to know them by.
    private static func written(in text: String) -> (found: [(ContextFact.Kind, String)], dates: Set<String>) {
        guard mayHoldAny(text) else { return ([], []) }
        let words = text.unicodeScalars.split { $0.properties.isWhitespace }.map(String.init)
        var found: [(ContextFact.Kind, String)] = []
        let hasDigit = words.map(\.hasDigit) + [false]
        var index = 0
        var dates: Set<String> = []
        while index < words.count {
            if let link = link(words[index]) {
                found.append((.link, link))
                index += 1
            } else if !hasDigit[index] && !hasDigit[index + 1] {
                index += 1
            } else if let (count, date) = DatesWritten.date(at: index, of: words) {
                dates.insert(date)
                found.append((.date, date))
                index += count
            } else if let (count, amount) = AmountsWritten.amount(at: index, of: words) {
                found.append((.amount, amount))
                index += count
            } else {
                index += 1
            }
        }
        return (found, dates)
    }

    /// Dates and amounts have a digit, and a link begins with `http://` or `www.`: most of what people write has none of that.
    private static func mayHoldAny(_ text: String) -> Bool {
        var run = 0
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, UInt8(ascii: "/"): return true
            case UInt8(ascii: "w"), UInt8(ascii: "W"): run += 1
            default: run = 0
            }
            if run == 3 { return true }
        }
        return false
    }

    private static func link(_ word: String) -> String? {
        guard word.utf8.contains(UInt8(ascii: ".")) else { return nil }
        let bare = word.trimmedOfSigns
        let lower = bare.lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://") || lower.hasPrefix("www."), bare.utf8.count > 8 else { return nil }
        return bare
    }
}

extension String {
    var hasDigit: Bool { utf8.contains { (0x30...0x39).contains($0) } }

    private static func isSign(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first, character.utf8.count == UTF8.width(scalar) else { return false }
        return switch scalar {
        case ",", ".", ";", ":", "!", "?", "(", ")", "\"", "'", "«", "»", "“", "”", "„", "…", "¿", "¡", "。", "、": true
        default: false
        }
    }

    /// Without what stands around a word in a sentence; signs of currency and numbers stay.
    var trimmedOfSigns: String {
        let start = drop(while: String.isSign)
        guard let end = start.lastIndex(where: { !String.isSign($0) }) else { return "" }
        return String(start[...end])
    }
}
