import ConversationStoreContracts
import Domain
import Wire

/// Splits what the WhatsApp Cloud API posts into events (PLATFORM §3). Pure: the same bytes give the same events.
enum WhatsAppDelivery {
    /// One portion a change; nil when the body is no delivery of this platform.
    static func portions(of body: JSONView, receivedAt: Timestamp, keys: InboxKeys) -> [Portion]? {
        guard body["object"]?.string == "whatsapp_business_account", let entries = body["entry"]?.elements else { return nil }
        return entries.flatMap { entry -> [Portion] in
            guard let changes = entry["changes"]?.elements, !changes.isEmpty else { return [Portion(account: nil, raw: entry.raw)] }
            // The entry names the business account, which some fields are all about.
            return changes.map { portion($0, raw: changes.count == 1 ? entry.raw : $0.raw, receivedAt, keys) }
        }
    }

    private static func portion(_ change: JSONView, raw: ArraySlice<UInt8>, _ receivedAt: Timestamp, _ keys: InboxKeys) -> Portion {
        let value = change["value"]
        let account = value?["metadata"]?["phone_number_id"]?.identifier.map { Account(.whatsapp, $0) }
        var portion = Portion(account: account, raw: raw)
        let messages = value?["messages"]?.elements
        let statuses = value?["statuses"]?.elements
        guard let value, change["field"]?.string == "messages", messages != nil || statuses != nil else {
            portion.leave(change)
            return portion
        }
        let contacts = value["contacts"]?.elements ?? []
        for view in messages ?? [] {
            let reader = WhatsAppMessage(view, contacts: contacts, receivedAt, keys)
            portion.take(reader.event(), day: reader.sentAt?.day, from: view)
        }
        for view in statuses ?? [] {
            let reader = WhatsAppStatus(view, receivedAt, keys)
            portion.take(reader.event(), day: reader.sentAt?.day, from: view)
        }
        if let errors = value["errors"] { portion.leave(errors) }
        return portion
    }
}

extension String {
    /// A phone as we keep it: digits only; nil for anything else.
    var phoneDigits: String? {
        let digits = first == "+" ? dropFirst() : self[...]
        guard 1...32 ~= digits.utf8.count, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return String(digits)
    }
}
