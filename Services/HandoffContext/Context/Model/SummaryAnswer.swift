import Domain
import HTTP
import HandoffContextContracts
import Wire

/// What of a language model's answer is taken: all of it or nothing.
///
/// A model may be wrong, and may have been told by somebody in the talk what to say. So each line has to cite lines that it was shown, and
/// whatever in it could lead somewhere (links, addresses, phone and card numbers) has to stand so in what it cites.
enum SummaryAnswer {
    static let lineCountMax = 5
    static let textLengthMax = 300
    /// The answer's own text, before it is read as JSON.
    static let contentLengthMax = 8_192

    enum Problem: String, Error { case status, notJSON, noLines, unknownCitation, notInSource }

    static func lines(of answer: HTTPAnswer, to question: SummaryQuestion) throws(Problem) -> [ContextLine] {
        guard answer.isSuccess else { throw .status }
        let told: Told
        do throws(WireError) {
            let completion = try FieldVisitor.read(Completion.self, from: answer.body)
            let content = completion.choices.first?.message.content ?? ""
            told = try FieldVisitor.read(Told.self, from: Array(content.utf8), refusesUnknown: true)
        } catch { throw .notJSON }
        guard !told.lines.isEmpty else { throw .noLines }
        var lines: [ContextLine] = []
        for line in told.lines { lines.append(try self.line(line, question)) }
        return lines
    }

    private static func line(_ told: Told.Line, _ question: SummaryQuestion) throws(Problem) -> ContextLine {
        guard told.text.contains(where: \.isLetter), !told.text.unicodeScalars.contains(where: isControl) else { throw .noLines }
        let numbers = Set(told.cites.map(\.rawValue)).sorted()
        guard !numbers.isEmpty, numbers.count == told.cites.count, numbers.allSatisfy({ (1...question.shown.count) ~= Int($0) }) else {
            throw .unknownCitation
        }
        let cited = numbers.map { question.shown[Int($0) - 1] }
        guard leads(in: told.text).allSatisfy({ lead in cited.contains { $0.text.contains(lead) } }) else { throw .notInSource }
        return ContextLine(
            author: .model, text: told.text, at: cited.map(\.at).max() ?? Timestamp(), cites: Array(Set(cited.flatMap(\.cites))).sorted())
    }

    /// Words with a point, slash, colon or at sign inside, and numbers as long as a phone's.
    private static func leads(in text: String) -> [String] {
        let words = text.split(whereSeparator: \.isWhitespace).map { String($0).trimmedOfSigns }
        return words.filter { $0.contains { "./:@\\".contains($0) } } + IdentifierMask.found(in: text)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

// MARK: Shapes

/// Of a chat completion what we look at. Source: OpenAI API reference, "The chat completion object".
private struct Completion: Fields {
    var choices: [Choice] = []

    mutating func visit(_ fields: inout FieldVisitor) { fields.field("choices", &choices, max: 1) }

    struct Choice: Fields {
        var message = Message()

        mutating func visit(_ fields: inout FieldVisitor) { fields.field("message", &message) }
    }

    struct Message: Fields {
        var content = ""

        mutating func visit(_ fields: inout FieldVisitor) { fields.field("content", &content, max: SummaryAnswer.contentLengthMax) }
    }
}

/// What the model was asked to write.
private struct Told: Fields {
    var lines: [Line] = []

    mutating func visit(_ fields: inout FieldVisitor) { fields.field("lines", &lines, max: SummaryAnswer.lineCountMax) }

    struct Line: Fields {
        var text = ""
        var cites: [Number] = []

        mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("text", &text, min: 1, max: SummaryAnswer.textLengthMax)
            fields.field("cites", &cites, max: 50)
        }
    }

    struct Number: WireValue {
        var rawValue: Int64 = 0

        mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.integer(&rawValue, 1...1000) }
    }
}
