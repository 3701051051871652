import HandoffContextContracts

/// What is left of a caller's tokens, in bytes. Items are taken in the order of need, and the first that doesn't fit is the last that was
/// looked at: so more tokens never cost an item that fewer had.
struct ContextBudget {
    static let bytesPerToken: Int64 = 4
    private static let cutMark = "…"

    private var bytesLeft: Int64
    private var isOver = false

    init(tokens: Int64) { bytesLeft = tokens * ContextBudget.bytesPerToken }

    /// What is given whole or not at all; false when it doesn't fit.
    mutating func take(_ texts: [String?]) -> Bool { take(bytes: texts.reduce(0) { $0 + Int64($1?.utf8.count ?? 0) }) }

    /// The first of the items, until one doesn't fit.
    mutating func fill<Item>(_ items: some Sequence<Item>, _ text: (Item) -> String) -> [Item] {
        var taken: [Item] = []
        for item in items {
            guard take(bytes: Int64(text(item).utf8.count)) else { break }
            taken.append(item)
        }
        return taken
    }

    /// As `fill`; of the line that doesn't fit its beginning is taken, since half of what was said last is better than nothing.
    mutating func fillCutting(_ lines: some Sequence<ContextLine>) -> [ContextLine] {
        var taken: [ContextLine] = []
        for line in lines {
            let room = bytesLeft
            if take(bytes: Int64(line.text.utf8.count)) {
                taken.append(line)
                continue
            }
            if let beginning = ContextBudget.beginning(of: line.text, bytesMax: room) { taken.append(line.saying(beginning)) }
            break
        }
        return taken
    }

    private mutating func take(bytes: Int64) -> Bool {
        guard !isOver, bytes <= bytesLeft else {
            isOver = true
            return false
        }
        bytesLeft -= bytes
        return true
    }

    /// nil where not a single character would be left.
    private static func beginning(of text: String, bytesMax: Int64) -> String? {
        var room = bytesMax - Int64(cutMark.utf8.count)
        let beginning = text.prefix { character in
            room -= Int64(character.utf8.count)
            return room >= 0
        }
        return beginning.isEmpty ? nil : beginning + cutMark
    }
}

extension ContextLine {
    func saying(_ text: String) -> ContextLine { ContextLine(author: author, text: text, at: at, cites: cites) }
}
