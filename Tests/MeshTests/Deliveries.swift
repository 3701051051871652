import Domain

/// Webhooks shaped as Meta sends them (PLATFORM §§2, 3), of letters that all came on one platform.
enum Deliveries {
    static func accounts(_ platform: Platform) -> Account {
        switch platform {
        case .instagram: Account(.instagram, "17841400000000001")
        case .whatsapp: Account(.whatsapp, "106540352242922")
        }
    }

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
            {"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":\
            {"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"\(account.id)"},\
            "contacts":[\(contacts.joined(separator: ","))],"messages":[\(messages.joined(separator: ","))]}}]}]}
            """
    }
}
