import Domain

/// One update that a platform will tell of, and what the store must make of it.
struct PlannedUpdate: Hashable {
    /// The list of the body that it stands in: one of Instagram's entry, or a field of WhatsApp's change.
    enum List: String, Hashable {
        case messaging, standby, comments
        case messages, statuses, messageEchoes = "message_echoes", preferences = "user_preferences", history, template
    }

    let account: Account
    let list: List
    let json: String
    /// The person's contact, where WhatsApp gives one.
    var contact: String?
    let effect: Effect
}

/// What one update does to the store.
enum Effect: Hashable {
    /// An item in the person's conversation.
    case item(Item)
    /// A status of a message.
    case status(of: String, rank: Int)
    /// A word on marketing, which is an item too.
    case preference(Item, objects: Bool, at: Int64)
    /// Something that names nobody.
    case notice(String)
    /// A piece in quarantine.
    case broken
    /// Nothing: a feature that is off, an address book.
    case nothing
}

/// An item as a reader sees it.
struct Item: Hashable, Comparable {
    let person: PlannedPerson
    let kind, author, type: String
    let text: String?
    let origin: String?
    /// The platform's id, where statuses may follow.
    var id: String?
    /// Of the message that it is about, where two may be about one.
    var target: String?

    var subject: [String]? { target.map { [person.account.id, $0] } }

    func described(status: Int?) -> String {
        "\(kind) \(author) \(type) \(text ?? "-") \(origin ?? "-") \(status.map(String.init) ?? "-")"
    }

    static func < (one: Item, other: Item) -> Bool { one.described(status: nil) < other.described(status: nil) }
}

/// Somebody who writes to one account, with all names that they ever have there.
struct PlannedPerson: Hashable {
    let account: Account
    let igsid: String?
    let phone: String?
    let user: String?
    /// After the change of number.
    let laterPhone: String?
    let laterUser: String?

    var aliases: [Alias] {
        let names: [(Alias.Kind, String?)] = [(.igsid, igsid), (.phone, phone), (.bsuid, user), (.phone, laterPhone), (.bsuid, laterUser)]
        return names.compactMap { kind, name in name.map { Alias(account.platform, kind, $0) } }
    }
}
