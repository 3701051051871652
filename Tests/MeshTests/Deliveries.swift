import Domain

/// Webhooks shaped as Meta sends them (PLATFORM §§2, 3), of letters that all came on one platform.
enum Deliveries {
    /// - Parameter shop: its number; the first has the accounts that a test of one shop alone uses.
    static func accounts(_ platform: Platform, of shop: Int = 1) -> Account {
        switch platform {
        case .instagram: Account(.instagram, "1784140000000000\(shop)")
        case .whatsapp: Account(.whatsapp, "10654035224292\(1 + shop)")
        }
    }

    /// The WhatsApp business account that a number belongs to: each shop's own.
    static func business(of account: Account) -> String { "102290129\(account.id.suffix(6))" }

    static func body(_ letters: [Letter], to account: Account? = nil) -> [UInt8] {
        precondition(Set(letters.map(\.person.platform)).count == 1, "a delivery comes from one platform")
        let account = account ?? accounts(letters[0].person.platform)
        return Array((account.platform == .instagram ? instagram(letters, account) : whatsapp(letters, account)).utf8)
    }

    private static func instagram(_ letters: [Letter], _ account: Account) -> String {
        let events = letters.map { letter in
            """
            {"sender":{"id":"\(letter.person.alias.value)"},"recipient":{"id":"\(account.id)"},"timestamp":\(letter.sentAt.rawValue),\
            "message":{"mid":"\(letter.id)","text":"\(letter.text)"}}
            """
        }
        return """
            {"object":"instagram","entry":[{"id":"\(account.id)","time":\(letters[0].sentAt.rawValue),\
            "messaging":[\(events.joined(separator: ","))]}]}
            """
    }

    private static func whatsapp(_ letters: [Letter], _ account: Account) -> String {
        let contacts = Set(letters.map(\.person)).map { #"{"profile":{"name":"\#($0.name)"},"wa_id":"\#($0.alias.value)"}"# }
        let messages = letters.map { letter in
            """
            {"from":"\(letter.person.alias.value)","id":"\(letter.id)","timestamp":"\(letter.sentAt.rawValue / 1000)","type":"text",\
            "text":{"body":"\(letter.text)"}}
            """
        }
        return """
            {"object":"whatsapp_business_account","entry":[{"id":"\(business(of: account))","changes":[{"field":"messages","value":\
            {"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"\(account.id)"},\
            "contacts":[\(contacts.joined(separator: ","))],"messages":[\(messages.joined(separator: ","))]}}]}]}
            """
    }
}
