import HandoffContextContracts

/// What the person asked since anybody answered last.
enum OpenQuestions {
    static let countMax = 10

    /// - Parameter talk: all that was said, oldest first.
    static func of(_ talk: [ContextLine]) -> [ContextLine] {
        let since = talk.lastIndex { $0.author != .participant }.map { $0 + 1 } ?? 0
        let questions = talk[since...].filter { Sentences.isQuestion($0.text) }.flatMap { line in
            Sentences.of(line.text).filter(Sentences.isQuestion).map {
                ContextLine(author: line.author, text: $0, at: line.at, cites: line.cites)
            }
        }
        return Array(questions.suffix(countMax))
    }
}
