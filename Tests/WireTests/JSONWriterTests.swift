import Testing
import Wire

struct JSONWriterTests {
    @Test func everyKindIsWrittenWithoutWhiteSpaceAndWithItsCommas() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("empty")
        writer.beginObject()
        writer.endObject()
        writer.name("list")
        writer.beginArray()
        writer.bool(true)
        writer.bool(false)
        writer.null()
        writer.int(-7)
        writer.string("s")
        writer.beginArray()
        writer.endArray()
        writer.raw(Array("[1]".utf8))
        writer.endArray()
        writer.name("a\"\n" as String)
        writer.int(0)
        writer.name("" as StaticString)
        writer.string("")
        writer.endObject()
        #expect(text(writer.bytes) == #"{"empty":{},"list":[true,false,null,-7,"s",[],[1]],"a\"\n":0,"":""}"#)
    }

    /// RFC 8259 §7: quotes, backslashes and control characters, and nothing else, wherever they stand in the vectors of 16 bytes.
    @Test func onlyWhatMustBeIsEscaped() throws {
        let escaped: [(Unicode.Scalar, String)] = [
            ("\"", #"\""#), ("\\", #"\\"#), ("\n", #"\n"#), ("\r", #"\r"#), ("\t", #"\t"#), ("\u{0}", #"\u0000"#), ("\u{8}", #"\u0008"#),
            ("\u{1F}", #"\u001f"#)
        ]
        let plain: [Unicode.Scalar] = ["/", " ", "\u{7F}", "é", "\u{2028}", "😀", "!", "#", "[", "]"]
        for (scalar, form) in escaped + plain.map({ ($0, String($0)) }) {
            for padding in 0...33 {
                let filler = String(repeating: "x", count: padding)
                let string = filler + String(scalar) + filler
                let bytes = FieldVisitor.write(string)
                #expect(text(bytes) == "\"\(filler)\(form)\(filler)\"")
                #expect(try FieldVisitor.read(String.self, from: bytes) == string)
            }
        }
    }

    @Test func everyControlCharacterComesBack() throws {
        let all = String(String.UnicodeScalarView((0...0x1F).compactMap { Unicode.Scalar($0) }))
        let bytes = FieldVisitor.write(all)
        #expect(bytes.allSatisfy { $0 >= 0x20 })
        #expect(try FieldVisitor.read(String.self, from: bytes) == all)
    }

    @Test func integersOfEveryLengthComeBack() throws {
        var value: Int64 = 1
        for _ in 0..<19 {
            for near in [value - 1, value, -value, 1 - value] {
                #expect(text(FieldVisitor.write(near)) == String(near))
                #expect(try FieldVisitor.read(Int64.self, from: FieldVisitor.write(near)) == near)
            }
            value = value.multipliedReportingOverflow(by: 10).partialValue
        }
    }
}
