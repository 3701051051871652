import Foundation
import TestKit
import Testing
import Wire

/// Foundation's parser as the oracle, on texts that are generated and then damaged.
struct JSONOracleTests {
    static let textCount = 20_000

    /// What we refuse though Foundation takes it, each by a rule of the design. Anything else is a disagreement.
    private func isStricter(_ bytes: [UInt8], _ failure: WireError) -> Bool {
        let rules = ["a member's name stands twice", "a number is out of range", "nested deeper than 64", "more than 512 members"]
        // Foundation guesses UTF-16 and UTF-32 from zero bytes and byte order marks; RFC 8259 §8.1 leaves UTF-8 alone.
        return rules.contains(failure.message) || hasTrailingComma(bytes) || bytes.contains(0) || bytes.starts(with: [0xEF, 0xBB, 0xBF])
            || bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE])
    }

    /// Foundation takes `[1 ,]`, which RFC 8259 §5 does not.
    private func hasTrailingComma(_ bytes: [UInt8]) -> Bool {
        let dense = bytes.filter { $0 > 0x20 }
        return zip(dense, dense.dropFirst()).contains { $0 == UInt8(ascii: ",") && $1 == UInt8(ascii: "]") }
    }

    private func oracle(_ bytes: [UInt8]) -> Any? {
        do { return try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) } catch { return nil }
    }

    @Test func foundationAgreesOnGeneratedAndDamagedTexts() throws {
        var random = SeededGenerator(seed: 8259)
        var taken = 0
        var refused = 0
        var stricter = 0
        for index in 0..<JSONOracleTests.textCount {
            var bytes = JSONGenerator.text(&random)
            if index % 2 == 1 { JSONGenerator.damage(&bytes, &random) }
            let ours = strictFailure(bytes)
            let theirs = oracle(bytes)
            switch (ours, theirs) {
            case (nil, let value?):
                taken += 1
                #expect(isSame(try JSONView(checking: bytes), value), "\(text(bytes))")
                #expect(webhookFailure(bytes) == nil)
            case (nil, nil): Issue.record("only we take \(text(bytes))")
            case (_?, nil): refused += 1
            case (let ours?, _?):
                stricter += 1
                if !isStricter(bytes, ours) { Issue.record("only we refuse, \(ours.message): \(text(bytes))") }
            }
        }
        #expect(taken > JSONOracleTests.textCount / 2 && refused > JSONOracleTests.textCount / 8, "\(taken) taken, \(refused) refused")
        #expect(stricter > 0 && stricter < JSONOracleTests.textCount / 20, "\(stricter)")
    }

    private func isSame(_ view: JSONView, _ value: Any) -> Bool {
        switch value {
        case let members as [String: Any]:
            var count = 0
            var same = true
            view.members { name, inner in
                count += 1
                same = same && members[name].map { isSame(inner, $0) && view[name].map { $0.raw == inner.raw } == true } == true
            }
            return same && count == members.count
        case let elements as [Any]:
            guard let ours = view.elements, ours.count == elements.count else { return false }
            return zip(ours, elements).allSatisfy { isSame($0, $1) }
        case let string as String: return view.string.map { Array($0.utf8) == Array(string.utf8) } == true
        case is NSNull: return view.raw.elementsEqual("null".utf8)
        case let number as NSNumber:
            if let bool = view.bool { return number.boolValue == bool }
            if let int = view.int { return number.int64Value == int }
            guard let double = Double(text(view.raw)) else { return false }
            return abs(double - number.doubleValue) <= abs(double) * 1e-15  // Foundation rounds twice.
        default: return false
        }
    }

    @Test func foundationReadsWhatWeWrite() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let string = JSONGenerator.string(&random)
            let bytes = FieldVisitor.write(["k": string])
            #expect(oracle(bytes) as? [String: String] == ["k": string])
            #expect(try FieldVisitor.read([String: String].self, from: bytes) == ["k": string])
        }
    }

    @Test func noCutOfAValidTextIsTakenOrTraps() {
        let whole = Array(#"{"a":[1,-2.5e+3,true,null],"\u00e9\ud83d\ude00":{"b":"x\n😀"},"c":""}"#.utf8)
        #expect(strictFailure(whole) == nil)
        for count in 0..<whole.count {
            #expect(strictFailure(Array(whole.prefix(count)))?.kind == .syntax)
            #expect(webhookFailure(Array(whole.prefix(count)))?.kind == .syntax)
        }
    }

    @Test func garbageNeverTraps() {
        var random = SeededGenerator(seed: 42)
        let alphabet = Array("{}[]\",:\\u0019ntfe.-+ \n\u{e9}".utf8) + [0x00, 0x1F, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
        for round in 0..<20_000 {
            let bytes = (0..<random.below(40)).map { _ in round % 2 == 0 ? random.oneOf(alphabet) : UInt8(random.below(256)) }
            let strict = strictFailure(bytes)
            do throws(WireError) {
                let view = try JSONView(checking: bytes)
                view.members { name, value in _ = (view[name], value.string, value.int, value.bool, value.elements) }
                _ = (view.string, view.int, view.bool, view.elements)
            } catch { #expect(strict != nil, "the webhook door is nowhere stricter") }
        }
    }
}
