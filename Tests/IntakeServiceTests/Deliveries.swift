import Domain

/// What Meta posts, in the shapes of PLATFORM §2 and §3, with invented values.
enum Instagram {
    static let business = IntakeFixture.instagram.id
    static let mara = "6200000000000001"
    static let noah = "6200000000000002"
    static let sentAt: Int64 = 1_767_225_000_000

    static func delivery(_ events: String..., to business: String = business) -> String { delivery(events, to: business) }

    static func delivery(_ events: [String], to business: String = business) -> String {
        body(entry(events, to: business))
    }

    static func body(_ entries: String...) -> String { #"{"object":"instagram","entry":[\#(entries.joined(separator: ","))]}"# }

    static func entry(_ events: [String], to business: String = business) -> String {
        #"{"id":"\#(business)","time":1767225001000,"messaging":[\#(events.joined(separator: ","))]}"#
    }

    /// A text message as Meta escapes it.
    static func text(_ text: String, mid: String, from person: String = mara, at time: Int64 = sentAt) -> String {
        event(#""message":{"mid":"\#(mid)","text":"\#(text)"}"#, from: person, at: time)
    }

    static func echo(_ text: String, mid: String, to person: String = mara, at time: Int64 = sentAt) -> String {
        #"{"sender":{"id":"\#(business)"},"recipient":{"id":"\#(person)"},"timestamp":\#(time),"message":{"mid":"\#(mid)","text":"\#(text)","is_echo":true}}"#
    }

    /// - Parameter content: one member, as `"read":{"mid":"…"}`.
    static func event(_ content: String, from person: String = mara, at time: Int64 = sentAt) -> String {
        #"{"sender":{"id":"\#(person)"},"recipient":{"id":"\#(business)"},"timestamp":\#(time),\#(content)}"#
    }
}

enum WhatsApp {
    static let number = IntakeFixture.whatsapp.id
    static let jonas = "491510000001"
    static let jonasID = "DE.13491208655302741918"
    static let sentAtSeconds: Int64 = 1_767_225_000

    static func delivery(_ value: String, field: String = "messages", number: String = number) -> String {
        #"{"object":"whatsapp_business_account","entry":[{"id":"200000000000001","changes":[\#(change(value, field: field, number: number))]}]}"#
    }

    static func change(_ value: String, field: String = "messages", number: String = number) -> String {
        #"{"field":"\#(field)","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"4930000000","phone_number_id":"\#(number)"},\#(value)}}"#
    }

    static func messages(_ messages: String..., contacts: String = "") -> String {
        #""contacts":[\#(contacts)],"messages":[\#(messages.joined(separator: ","))]"#
    }

    static func statuses(_ statuses: String...) -> String { #""statuses":[\#(statuses.joined(separator: ","))]"# }

    static func contact(wa: String? = jonas, user: String? = jonasID, name: String = "Jonas (invented)") -> String {
        let ids = [wa.map { #","wa_id":"\#($0)""# }, user.map { #","user_id":"\#($0)""# }].compactMap(\.self).joined()
        return #"{"profile":{"name":"\#(name)"}\#(ids)}"#
    }

    static func text(_ text: String, id: String, from phone: String? = jonas, user: String? = nil, at seconds: Int64 = sentAtSeconds)
        -> String
    {
        message(#""type":"text","text":{"body":"\#(text)"}"#, id: id, from: phone, user: user, at: seconds)
    }

    static func message(
        _ content: String, id: String, from phone: String? = jonas, user: String? = nil, at seconds: Int64 = sentAtSeconds
    ) -> String {
        let ids = [phone.map { #""from":"\#($0)","# }, user.map { #""from_user_id":"\#($0)","# }].compactMap(\.self).joined()
        return #"{\#(ids)"id":"\#(id)","timestamp":"\#(seconds)",\#(content)}"#
    }

    static func status(_ status: String, of id: String, to phone: String = jonas, more: String = "") -> String {
        #"{"id":"\#(id)","status":"\#(status)","timestamp":"\#(sentAtSeconds)","recipient_id":"\#(phone)"\#(more)}"#
    }
}
