import Testing

@testable import Erasure

struct MentionedNamesTests {
    private func names(_ text: String) -> [String] { MentionedNames(in: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } }

    @Test func aNameIsARunThatHasADigit() {
        let json = #"{"a":"+491510000007","b":["DE.777x."],"c":"nobody","d":12345,"e":"\u0041491510000008"}"#
        #expect(names(json) == ["491510000007", "DE.777x", "491510000008"])
        #expect(names(String(repeating: "1", count: 161)).isEmpty)
        #expect(names("").isEmpty && names("...").isEmpty)
    }

    @Test(arguments: [
        ("491510000007", true), ("+491510000007", true), ("00491510000007", true), ("tel491510000007x", true), ("4915100000071", false),
        ("1491510000007", false), ("1491510000007 491510000007", true), ("49151000000", false), ("", false)
    ])
    func aPhoneStandsAsItselfAndNotWithinALongerNumber(text: String, stands: Bool) {
        #expect(MentionedNames.holds("491510000007", in: Array(text.utf8)) == stands)
    }
}
