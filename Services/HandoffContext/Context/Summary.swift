import Domain
import HandoffContextContracts

/// What was talked about before the newest messages, in the talkers' own sentences: those whose words come back most.
///
/// No model and no judgement: it shortens, and says so (`extractive`).
enum Summary {
    static let sentenceCountMax = 5
    private static let wordLengthMin = 4

    /// - Parameter talk: oldest first.
    static func of(_ talk: some Sequence<ContextLine>) -> [ContextLine] {
        let sentences = talk.flatMap { line in
            Sentences.of(line.text).map { ContextLine(author: line.author, text: $0, at: line.at, cites: line.cites) }
        }
        let words = sentences.map { Set(FoldedText($0.text).words.filter { $0.utf8.count >= wordLengthMin && $0.count >= wordLengthMin }) }
        var counts: [String: Int] = [:]
        for word in words.joined() { counts[word, default: 0] += 1 }
        // Long sentences have many words: each counts for less there.
        let scores = words.map { words in words.reduce(0) { $0 + (counts[$1] ?? 0) } * 100 / (words.count + 4) }
        let best = sentences.indices.filter { scores[$0] > 0 }
            .sorted { (scores[$1], $0) < (scores[$0], $1) }
            .prefix(sentenceCountMax)
        return best.sorted().map { sentences[$0] }
    }
}
