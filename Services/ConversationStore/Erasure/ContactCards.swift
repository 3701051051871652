import ConversationStoreContracts
import Domain
import Wire

/// The contact cards of one message: each is data of a third person, who may never have written themselves.
struct ContactCards {
    private let cards: [Card]

    private struct Card {
        let json: [UInt8]
        let names: Set<String>
    }

    /// nil when the event has none. WhatsApp's form: a list of cards, each with `phones`, each with `phone` and `wa_id`.
    init?(_ details: EventDetails?) throws {
        guard let content = details?.content, let elements = try JSONView(checking: content.bytes).elements else { return nil }
        cards = elements.map { element in
            let numbers = (element["phones"]?.elements ?? []).flatMap { [$0["phone"]?.string, $0["wa_id"]?.string] }
            return Card(json: Array(element.raw), names: Set(numbers.compactMap { $0?.filter(\.isASCIIDigit) }).filter { !$0.isEmpty })
        }
        if names.isEmpty { return nil }
    }

    /// Phones and user ids, digits only, as aliases have them.
    var names: Set<String> { cards.reduce(into: Set<String>()) { $0.formUnion($1.names) } }

    /// The list without this person's cards; nil when none is left.
    func without(_ name: String) -> RawJSON? {
        let left = cards.filter { !$0.names.contains(name) }.map(\.json)
        guard !left.isEmpty else { return nil }
        return RawJSON(checked: [UInt8(ascii: "[")] + left.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")])
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
