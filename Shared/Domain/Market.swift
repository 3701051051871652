import Wire

/// Under which country's terms somebody deals with Botseller: two capital letters, as ISO 3166-1 alpha-2 has them, or `international`
/// for everybody outside the markets with terms of their own (policy §1).
public struct Market: WireValue, Hashable {
    public static let international = Market()
    /// The rule in words, for whoever broke it.
    public static let rule = "two capital letters or international"
    static let pattern = "^([A-Z]{2}|international)$"

    public private(set) var word: String

    public init() { word = "international" }

    /// - Returns: nil for any other word. Whether a country has these letters is not checked: new ones come.
    public init?(_ word: String) {
        guard Market.isOne(word) else { return nil }
        self.word = word
    }

    private static func isOne(_ word: String) -> Bool {
        word == "international" || word.utf8.count == 2 && word.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    public mutating func visitValue(_ visitor: inout FieldVisitor) {
        visitor.text(&word, as: Market.rule, pattern: Market.pattern, where: Market.isOne)
    }
}
