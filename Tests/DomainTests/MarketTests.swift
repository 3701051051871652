import Domain
import Testing
import Wire

@Suite struct MarketTests {
    @Test(arguments: ["international", "ES", "DE", "AZ"])
    func aMarketIsACountryOrInternational(word: String) throws {
        #expect(Market(word)?.word == word)
        #expect(try FieldVisitor.read(Market.self, from: Array("\"\(word)\"".utf8)).word == word)
        #expect(FieldVisitor.write(Market(word) ?? .international) == Array("\"\(word)\"".utf8))
    }

    @Test(arguments: ["", " ", "es", "Es", "ESP", "E", "ES ", "ÉS", "International", "international ", "spain", "E1"])
    func anythingElseIsNone(word: String) {
        #expect(Market(word) == nil)
        #expect(throws: WireError.self) { try FieldVisitor.read(Market.self, from: Array("\"\(word)\"".utf8)) }
    }

    @Test func theSchemaSaysTheRule() {
        let schema = String(decoding: FieldVisitor.schema(of: Market.self), as: UTF8.self)
        #expect(schema == #"{"type":"string","pattern":"^([A-Z]{2}|international)$"}"#)
    }
}
