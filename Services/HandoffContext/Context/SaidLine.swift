import Domain
import HandoffContextContracts

/// A line of a talk and its words, folded once for all who look at them.
struct SaidLine {
    let line: ContextLine
    let folded: FoldedText

    init(_ line: ContextLine) {
        self.line = line
        folded = FoldedText(line.text)
    }
}
