import Domain
import HandoffContextContracts

/// Which language a person writes: by script, and where several share one by the small words that every sentence has.
enum TalkLanguage {
    /// nil where it can't be told.
    static func of(_ talk: [SaidLine]) -> ContextLanguage? {
        let own = talk.filter { $0.line.author == .participant }
        var letters: [Script: Int] = [:]
        var words: [String: Int] = [:]
        for said in own {
            for (script, count) in runs(of: said.line.text) { letters[script, default: 0] += count }
        }
        guard let script = letters.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) })?.key else { return nil }
        let code: String?
        switch script {
        case .latin:
            for word in own.flatMap(\.folded.words) { words[word, default: 0] += 1 }
            code = latin(words)
        case .cyrillic: code = own.contains { $0.line.text.contains { "іїєґІЇЄҐ".contains($0) } } ? "uk" : "ru"
        case .arabic: code = own.contains { $0.line.text.contains { "پچژگ".contains($0) } } ? "fa" : "ar"
        case .han: code = letters[.kana] == nil ? "zh" : "ja"
        case .kana, .hangul, .hebrew, .greek, .thai, .devanagari: code = script.rawValue
        }
        return code.map { ContextLanguage(code: $0, cites: own.flatMap(\.line.cites)) }
    }

    /// Letters of one script after another: most texts have one run.
    private static func runs(of text: String) -> [(script: Script, count: Int)] {
        var runs: [(script: Script, count: Int)] = []
        for scalar in text.unicodeScalars {
            guard let script = Script(scalar) else { continue }
            if runs.last?.script == script { runs[runs.count - 1].count += 1 } else { runs.append((script, 1)) }
        }
        return runs
    }

    private static func latin(_ words: [String: Int]) -> String? {
        let scores = smallWords.map { (code: $0.key, count: $0.value.reduce(0) { $0 + (words[$1] ?? 0) }) }
            .sorted { ($1.count, $0.code) < ($0.count, $1.code) }
        // One small word of many is chance, and so is a tie.
        let total = words.values.reduce(0, +)
        guard scores[0].count > scores[1].count, scores[0].count * 8 >= total else { return nil }
        return scores[0].code
    }

    /// Folded; of those that two languages share, neither has them.
    private static let smallWords: [String: Set<String>] = {
        let lists = [
            "de": "der die das und ist ich nicht ein eine zu mit auf fur sie wir haben kann wie wann bitte danke noch auch",
            "en": "the and is i not a to with for you we have can how when please thanks do does my it are of what",
            "es": "el los las y es no un una con para usted tiene puedo como cuando por favor gracias que mi esta cuanto quiero hola",
            "fr": "le les et est je ne pas un une avec pour vous nous avez puis comment quand merci que mon votre bonjour combien vous",
            "it": "il gli e sono non un una con per lei avete posso come quando grazie che mio quanto vorrei ciao della",
            "nl": "de het en is ik niet een met voor u wij hebben kan hoe wanneer alstublieft bedankt mijn jullie van wat",
            "pl": "i jest nie z dla czy pan pani mam moge jak kiedy prosze dziekuje ze moj ile chce dzien dobry",
            "pt": "o os as e nao um uma com para voce tem posso como quando obrigado obrigada que meu quanto quero ola voces",
            "tr": "ve bir bu degil icin ile var mi ben siz nasil ne zaman lutfen tesekkurler kadar merhaba mu istiyorum"
        ]
        let words = lists.mapValues { Set($0.split(separator: " ").map(String.init)) }
        return Dictionary(
            uniqueKeysWithValues: words.map { code, own in
                (code, own.filter { word in !words.contains { $0.key != code && $0.value.contains(word) } })
            })
    }()

    private enum Script: String, CaseIterable {
        case latin, cyrillic, arabic, han
        case kana = "ja", hangul = "ko", hebrew = "he", greek = "el", thai = "th", devanagari = "hi"

        init?(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF: self = .latin
            case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
            case 0x400...0x52F: self = .cyrillic
            case 0x590...0x5FF: self = .hebrew
            case 0x600...0x6FF, 0x750...0x77F: self = .arabic
            case 0x900...0x97F: self = .devanagari
            case 0xE00...0xE7F: self = .thai
            case 0x3040...0x30FF: self = .kana
            case 0x3400...0x4DBF, 0x4E00...0x9FFF: self = .han
            case 0xAC00...0xD7AF, 0x1100...0x11FF: self = .hangul
            default: return nil
            }
        }
    }
}
