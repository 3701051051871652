/// The published policy, cut into its sentences.
struct PolicyText {
    struct Sentence: Equatable {
        /// Section and place in it: `7.1:3` is the third sentence of section 7.1, `0` what stands before the first.
        let clause: String
        let text: String
    }

    let sentences: [Sentence]

    /// A line with a number is a heading and begins a section, every other holds sentences; an entry of a list is one.
    init(_ text: String) {
        var sentences: [Sentence] = []
        var section = "0"
        var count = 0
        for line in text.split(whereSeparator: \.isNewline) {
            if let heading = line.firstMatch(of: #/^(\d+(?:\.\d+)*)\. /#) {
                section = String(heading.1)
                count = 0
                continue
            }
            for sentence in PolicyText.cut(line.hasPrefix("- ") ? line.dropFirst(2) : line) {
                count += 1
                sentences.append(Sentence(clause: "\(section):\(count)", text: sentence))
            }
        }
        self.sentences = sentences
    }

    /// At a full stop that a capital follows: addresses have none.
    private static func cut(_ line: Substring) -> [String] {
        var rest = line
        var sentences: [String] = []
        while let stop = rest.firstMatch(of: /\. (?=\p{Lu})/) {
            sentences.append(String(rest[..<stop.range.lowerBound]) + ".")
            rest = rest[stop.range.upperBound...]
        }
        return sentences + [String(rest)]
    }
}
