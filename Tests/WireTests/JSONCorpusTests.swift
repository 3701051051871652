import Testing
import Wire

/// What RFC 8259 and the design's stricter rules say about single texts, at both doors.
struct JSONCorpusTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1", "-1", "9223372036854775807", "-9223372036854775808", "0.5", "-0.5", "1.0", "10.25e2",
        "1e5", "1E5", "1e+5", "1e-5", "1e308", "1.7976931348623157e308", "5e-324", "1e-400", "\"\"", "\"a\"", "[]", "[ ]", "[1]", "[1,2]",
        "{}", "{ }", "{\"\":1}", "{\"a\":{\"a\":{\"a\":1}}}", "[{\"a\":1},{\"a\":1}]", "{\"a\":1,\"A\":1}", "{\"é\":1,\"e\u{301}\":1}",
        " \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n", "{ \"a\" : 1 , \"b\" : [ ] }", #""\"\\\/\b\f\n\r\t""#, #""\u0000""#,
        #""\u00e9\u00E9""#,
        #""\ud83d\ude00""#, #""\uD800\uDC00\uDBFF\uDFFF""#, "\"\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\"",
        "\"\u{2028}\u{2029}\"",
        "\"12345678\"", "\"1234567\u{e9}\"", #""1234567\n""#, #""12345678\n""#, "\"😀12345678901234567890\""
    ])
    func bothDoorsTake(valid: String) {
        #expect(strictFailure(Array(valid.utf8)) == nil)
        #expect(webhookFailure(Array(valid.utf8)) == nil)
    }

    @Test(arguments: [
        // Nothing, too little, too much.
        "", " ", "n", "nul", "nulll", "True", "tru", "falsy", "undefined", "NaN", "Infinity", "1 2", "[] []", "{}{}", "null,", "/**/1",
        "1//",
        // Numbers.
        "0123", "00", "-01", "1.", ".5", "-.5", "+1", "-", "--1", "1e", "1e+", "1.e5", "1.5.5", "0x10", "1_000", "1e5.5", "１",
        // Arrays and objects.
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1;2]", "[1}", "{", "}", "{]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
        "{\"a\":1,}", "{,}", "{,\"a\":1}", "{\"a\" 1}", "{\"a\",1}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{\"a\":}", "{\"a\"::1}",
        "{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}", "{\"a\":1]",
        // Strings.
        "\"", "\"a", "'a'", #""\"#, #""\""#, #""\x41""#, #""\a""#, #""\u""#, #""\u12""#, #""\u123""#, #""\u12g4""#, #""\U0041""#,
        #""\u 123""#,
        #""\u+123""#, "\"\u{0}\"", "\"\u{1F}\"", "\"a\nb\"", "\"a\tb\"", "\"1234567\u{1}\"", "\"12345678\u{1}\"",
        // White space that is none.
        "\u{FEFF}1", "\u{FEFF}{}", "1\u{FEFF}", "\u{A0}1", "\u{B}1", "\u{C}1", "\u{2028}1", "\u{0}1", "1\u{0}", "[1,\u{85}2]"
    ])
    func bothDoorsRefuse(invalid: String) {
        #expect(strictFailure(Array(invalid.utf8))?.kind == .syntax)
        #expect(webhookFailure(Array(invalid.utf8))?.kind == .syntax)
    }

    /// However they are written and wherever.
    @Test(arguments: [
        #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":1}"#, #"{"\u0061":1,"a":1}"#, #"{"\u0061":1,"\u0061":2}"#, #"{"":1,"":2}"#,
        #"{"a":1,"b":2,"a":3}"#,
        #"[{"x":{"a":1,"b":2,"a":3}}]"#, #"{"\/":1,"/":2}"#, #"{"\ud83d\ude00":1,"😀":2}"#, #"{"\n":1,"\u000a":2}"#
    ])
    func namesThatStandTwiceAreRefusedByTheMeshAndNotedAtTheWebhookDoor(odd: String) throws {
        #expect(strictFailure(Array(odd.utf8))?.kind == .syntax)
        #expect(try JSONView(checking: Array(odd.utf8)).hasRepeatedNames)
    }

    /// RFC 3629 §3: overlong forms, surrogates, beyond 10FFFF, cut short, stray continuations, bytes that never occur.
    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82],
            [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x9F, 0x98],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF]
        ] as [[UInt8]])
    func invalidUTF8IsRefusedWhereverItStands(odd: [UInt8]) {
        for padding in 0...16 {
            let filler = [UInt8](repeating: 0x61, count: padding)
            let quoted = [0x22] + filler + odd + filler + [0x22]
            for text in [quoted, Array("{".utf8) + quoted + Array(":1}".utf8), Array("[\"\\n\",".utf8) + quoted + Array("]".utf8)] {
                #expect(strictFailure(text)?.kind == .syntax, "after \(padding) letters")
                #expect(webhookFailure(text)?.kind == .syntax, "after \(padding) letters")
            }
        }
        #expect(strictFailure(odd)?.kind == .syntax)
    }

    @Test func depth64IsTakenAnd65Refused() {
        for (opening, closing) in [("[", "]"), ("{\"a\":", "}")] {
            func nested(_ depth: Int) -> [UInt8] {
                let inner = opening == "[" ? "" : "1"
                return Array((String(repeating: opening, count: depth) + inner + String(repeating: closing, count: depth)).utf8)
            }
            #expect(strictFailure(nested(64)) == nil)
            #expect(webhookFailure(nested(64)) == nil)
            #expect(strictFailure(nested(65))?.kind == .syntax)
            #expect(webhookFailure(nested(65))?.kind == .syntax)
            #expect(strictFailure(nested(100_000))?.kind == .syntax)
        }
        #expect(strictFailure(Array(("[" + String(repeating: "[],", count: 1000) + "[]]").utf8)) == nil, "side by side is not deep")
    }

    @Test func anObjectHasAtMost512Members() {
        func object(_ count: Int) -> [UInt8] { Array(("{" + (0..<count).map { "\"m\($0)\":0" }.joined(separator: ",") + "}").utf8) }
        #expect(strictFailure(object(512)) == nil)
        #expect(strictFailure(object(513))?.kind == .syntax)
    }

    /// Few names are compared, many are hashed: the twin is found on both sides of that border, whichever of the two has escapes.
    @Test(arguments: 2...40)
    func aTwinIsFoundAmongAnyNumberOfMembers(count: Int) {
        let names = (0..<count).map { "\"n\($0)\":0" }
        #expect(strictFailure(Array("{\(names.joined(separator: ","))}".utf8)) == nil)
        for index in 0..<count {
            for (first, second) in [("n\(index)", "n\(index)"), ("n\(index)", "\\u006e\(index)"), ("\\u006e\(index)", "n\(index)")] {
                var twins = names
                twins[index] = "\"\(first)\":0"
                twins.append("\"\(second)\":0")
                #expect(strictFailure(Array("{\(twins.joined(separator: ","))}".utf8))?.kind == .syntax)
            }
        }
    }

    @Test(arguments: [
        #""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\u0061""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\udc00\ud800""#,
        #"{"\udfff":1}"#
    ])
    func aLoneSurrogatePassesTheWebhookDoorOnly(lone: String) {
        #expect(strictFailure(Array(lone.utf8))?.kind == .syntax)
        #expect(webhookFailure(Array(lone.utf8)) == nil)
    }

    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e400", "-1e400", "1e99999", "1.8e308"])
    func aNumberThatNothingHoldsPassesTheWebhookDoorOnly(number: String) throws {
        #expect(strictFailure(Array(number.utf8))?.kind == .syntax)
        let view = try JSONView(checking: Array(number.utf8))
        #expect(view.int == nil)
        #expect(text(view.raw) == number)
    }

    @Test func integersAreExactToTheLimitsOf64Bits() throws {
        for value in [Int64.min, Int64.min + 1, -1, 0, 1, 999_999_999_999_999_999, Int64.max - 1, Int64.max] {
            #expect(try FieldVisitor.read(Int64.self, from: Array("\(value)".utf8)) == value)
            #expect(text(FieldVisitor.write(value)) == "\(value)")
        }
        for odd in ["9223372036854775808", "-9223372036854775809", "1.0", "1e0", "\"1\"", "null", "99999999999999999999999999"] {
            #expect(failure(reading: Int64.self, from: odd) != nil)
        }
    }
}
