import ConversationStoreContracts
import Domain
import Wire

/// The `contacts` of one change: what they add to the names that a message or status gives.
struct WhatsAppContacts: Sendable {
    private var byUser: [String: JSONView] = [:]
    private var byPhone: [String: JSONView] = [:]

    init(_ views: [JSONView]) {
        for view in views {
            if let user = view["user_id"]?.identifier { byUser[user] = view }
            if let phone = view["wa_id"]?.identifier?.phoneDigits { byPhone[phone] = view }
        }
    }

    /// All names of whoever has these; nil when they are none. The phone may be absent, and so may the BSUID.
    func person(phone: String?, user: String?) -> ParticipantIdentity? {
        let phone = phone?.phoneDigits
        guard phone != nil || user != nil else { return nil }
        let contact = contact(phone: phone, user: user)
        let profile = contact?["profile"]
        return ParticipantIdentity(
            bsuid: user ?? contact?["user_id"]?.identifier, phone: phone ?? contact?["wa_id"]?.identifier?.phoneDigits,
            username: profile?["username"]?.identifier?.cut(to: 160), name: profile?["name"]?.identifier?.cut(to: 200))
    }

    /// Those of one message or status: others' names are no part of it.
    func of(_ element: JSONView) -> [JSONView] {
        let phones = ["from", "to", "recipient_id", "recipient_participant_id", "wa_id"].compactMap { element[$0]?.identifier?.phoneDigits }
        let users = ["from_user_id", "to_user_id", "recipient_user_id", "recipient_participant_user_id", "user_id"].compactMap {
            element[$0]?.identifier
        }
        return users.compactMap { byUser[$0] }.first.map { [$0] } ?? phones.compactMap { byPhone[$0] }.prefix(1).map(\.self)
    }

    /// A contact of another user id is another person, whatever the phone.
    private func contact(phone: String?, user: String?) -> JSONView? {
        if let user, let contact = byUser[user] { return contact }
        guard let phone, let contact = byPhone[phone] else { return nil }
        if let user, let other = contact["user_id"]?.identifier, other != user { return nil }
        return contact
    }
}

extension String {
    /// A phone as we keep it: digits only; nil for anything else.
    var phoneDigits: String? {
        let digits = utf8.first == UInt8(ascii: "+") ? utf8.dropFirst() : utf8[...]
        guard 1...32 ~= digits.count, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.count == utf8.count ? self : String(Substring(digits))
    }
}
