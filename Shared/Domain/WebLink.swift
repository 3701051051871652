import Wire

/// The address of a public page that we show to people and never open ourselves.
public struct WebLink: RawRepresentable, WireValue, Hashable {
    public static let lengthMax = 300

    public var rawValue: String

    public init() { rawValue = "" }
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Whether it is what people may be sent to: https, a host, and nothing that would have to be escaped in a page.
    public var isSafe: Bool {
        let scheme = "https://"
        let refused = Set("\"'<>\\`".utf8)
        guard rawValue.hasPrefix(scheme), rawValue.utf8.allSatisfy({ $0 > 32 && $0 < 127 && !refused.contains($0) }) else { return false }
        let host = rawValue.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return host.first != "." && host.dropFirst().contains(".") && host.last != "." && !host.contains("@")
    }

    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.text(&rawValue, min: 1, max: WebLink.lengthMax) }
}
