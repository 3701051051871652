/// The fields of an `application/x-www-form-urlencoded` body or of a query, in order.
/// Source: WHATWG URL Standard §5.1, read strictly: broken escapes, bytes that are not UTF-8, unescaped spaces, controls and
/// non-ASCII, and NUL are refused instead of repaired.
public struct FormURLEncoded: Equatable, Sendable {
    public struct Malformed: Error, Equatable, Sendable {}

    public struct Item: Equatable, Sendable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public static let itemCountMax = 256

    public let items: [Item]

    public init(items: [Item] = []) { self.items = items }

    /// Parses the bytes; throws on anything malformed and beyond `itemCountMax`.
    public init(_ bytes: some Collection<UInt8>) throws(Malformed) {
        guard !bytes.isEmpty else {
            items = []
            return
        }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw Malformed() }
        var items: [Item] = []
        for piece in bytes.split(separator: UInt8(ascii: "&")) {
            guard items.count < FormURLEncoded.itemCountMax else { throw Malformed() }
            let equals = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
            let value = piece[equals...].dropFirst()
            items.append(Item(name: try FormURLEncoded.decode(piece[..<equals]), value: try FormURLEncoded.decode(value)))
        }
        self.items = items
    }

    /// The first value of the name.
    public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    public func values(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    private static func decode(_ bytes: some Collection<UInt8>) throws(Malformed) -> String {
        do {
            let text = try PercentEncoding.decode(bytes, plusIsSpace: true)
            // Text that ends at a NUL for C and goes on for Swift is two texts.
            guard !text.utf8.contains(0) else { throw Malformed() }
            return text
        } catch {
            throw Malformed()
        }
    }
}
