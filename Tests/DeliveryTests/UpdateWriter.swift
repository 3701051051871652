import Domain
import TestKit

/// Writes updates as the platforms do (PLATFORM §§2, 3), of invented people, as a seed says.
struct UpdateWriter {
    let seed: UInt64
    var random: SeededGenerator
    private var count = 0
    /// The earliest time of an update, in milliseconds; each is a second later than the one before.
    var start: Int64

    init(seed: UInt64, start: Int64) {
        self.seed = seed
        self.start = start
        random = SeededGenerator(seed: seed)
    }

    private var number: String { "\(seed)x\(count)" }
    private var milliseconds: Int64 { start + Int64(count) * 1000 }

    mutating func person(_ index: Int, of account: Account) -> PlannedPerson {
        let tail = "\(1_000_000 + seed)\(100 + index)"
        if account.platform == .instagram {
            return PlannedPerson(
                account: account, igsid: "620\(account.id.suffix(3))\(tail)", phone: nil, user: nil, laterPhone: nil, laterUser: nil)
        }
        let form = Int.random(in: 0..<4, using: &random)
        let phone = "491\(account.id.suffix(1))\(tail)"
        return PlannedPerson(
            account: account, igsid: nil, phone: form == 1 ? nil : phone, user: form == 0 ? nil : "DE.1\(phone)",
            laterPhone: form == 3 ? "4928\(phone)" : nil, laterUser: form == 3 ? "DE.2\(phone)" : nil)
    }

    mutating func update(of person: PlannedPerson, targets: [String]) -> PlannedUpdate {
        count += 1
        return person.account.platform == .instagram ? instagram(person, targets) : whatsapp(person, targets)
    }

    /// A message, whatever the dice say.
    mutating func message(of person: PlannedPerson) -> PlannedUpdate {
        count += 1
        return person.account.platform == .instagram
            ? instagramMessage(person)
            : whatsappMessage(person, #""type":"text","text":{"body":"t\#(number)"}"#, "message", "text", "t\(number)")
    }

    // MARK: Instagram

    private func element(_ content: String, _ person: PlannedPerson, outgoing: Bool = false) -> String {
        let ends = [person.igsid ?? "", person.account.id]
        return
            #"{"sender":{"id":"\#(ends[outgoing ? 1 : 0])"},"recipient":{"id":"\#(ends[outgoing ? 0 : 1])"},"timestamp":\#(milliseconds),\#(content)}"#
    }

    private func planned(
        _ person: PlannedPerson, _ list: PlannedUpdate.List, _ json: String, _ kind: String, _ author: String, _ type: String,
        _ text: String? = nil, origin: String? = nil, id: String? = nil, target: String? = nil
    ) -> PlannedUpdate {
        PlannedUpdate(
            account: person.account, list: list, json: json,
            effect: .item(
                Item(person: person, kind: kind, author: author, type: type, text: text, origin: origin, id: id, target: target)))
    }

    private func instagramMessage(_ person: PlannedPerson) -> PlannedUpdate {
        planned(
            person, .messaging, element(#""message":{"mid":"m\#(number)","text":"t\#(number)"}"#, person), "message", "participant", "text",
            "t\(number)")
    }

    private mutating func instagram(_ person: PlannedPerson, _ targets: [String]) -> PlannedUpdate {
        let target = targets.randomElement(using: &random) ?? "m-elsewhere"
        let text = "t\(number)"
        switch Int.random(in: 0..<14, using: &random) {
        case 0, 1: return instagramMessage(person)
        case 2:
            let content =
                #""message":{"mid":"m\#(number)","attachments":[{"type":"image","payload":{"url":"https://cdn.example/\#(number)"}}]}"#
            return planned(person, .messaging, element(content, person), "message", "participant", "image")
        case 3:
            let content = #""message":{"mid":"m\#(number)","text":"\#(text)","is_echo":true}"#
            return planned(person, .messaging, element(content, person, outgoing: true), "echo", "business", "text", text)
        case 4:
            let content = #""message_edit":{"mid":"\#(target)","text":"\#(text)","num_edit":"\#(count)"}"#
            return planned(person, .messaging, element(content, person), "edit", "participant", "text", text)
        case 5:
            // One unsend of a message by one side is one event, whenever it is told.
            let content = #""message":{"mid":"m\#(number)-gone","is_deleted":true,"is_echo":true}"#
            return planned(person, .messaging, element(content, person, outgoing: true), "unsend", "business", "unsend")
        case 6:
            let content = #""reaction":{"mid":"\#(target)","action":"react","emoji":"e\#(number)"}"#
            return planned(person, .messaging, element(content, person), "reaction", "participant", "react", "e\(number)")
        case 7: return planned(person, .messaging, element(#""read":{"mid":"m\#(number)-read"}"#, person), "read", "participant", "read")
        case 8:
            let content = #""postback":{"title":"\#(text)","payload":"P"}"#
            return planned(person, .messaging, element(content, person), "postback", "participant", "postback", text)
        case 9:
            let value =
                #"{"from":{"id":"\#(person.igsid ?? "")","username":"u\#(person.igsid ?? "")"},"comment_id":"c\#(number)","text":"\#(text)","media":{"id":"1"}}"#
            return planned(person, .comments, value, "comment", "participant", "comments", text)
        case 10:
            let content = #""message":{"mid":"m\#(number)","text":"\#(text)"}"#
            return planned(person, .standby, element(content, person), "message", "participant", "text", text, origin: "standby")
        case 11:
            return planned(person, .messaging, element(#""mood_\#(number)":{"x":1}"#, person), "other", "participant", "mood_\(number)")
        case 12:
            return PlannedUpdate(
                account: person.account, list: .comments,
                json:
                    #"{"id":"c\#(number)","from":{"id":"\#(person.account.id)","self_ig_scoped_id":"1"},"text":"\#(text)","media":{"id":"1"}}"#,
                effect: .notice("comment \(text)"))
        default: return PlannedUpdate(account: person.account, list: .messaging, json: #"{"sender":{"odd":"\#(number)"}}"#, effect: .broken)
        }
    }

    // MARK: WhatsApp

    /// Of a person with two names a delivery gives one, the other, or both.
    private mutating func names(_ person: PlannedPerson, _ phone: String, _ user: String, both: Bool = false) -> String {
        let form = person.phone == nil ? 1 : person.user == nil ? 0 : both ? 2 : Int.random(in: 0..<3, using: &random)
        let isLater = person.laterUser != nil && Bool.random(using: &random)
        let (number, id) = isLater ? (person.laterPhone, person.laterUser) : (person.phone, person.user)
        let parts = [form == 1 ? nil : #""\#(phone)":"\#(number ?? "")""#, form == 0 ? nil : #""\#(user)":"\#(id ?? "")""#]
        return parts.compactMap(\.self).joined(separator: ",")
    }

    private mutating func whatsappMessage(
        _ person: PlannedPerson, _ content: String, _ kind: String, _ type: String, _ text: String? = nil, origin: String? = nil,
        target: String? = nil
    ) -> PlannedUpdate {
        let json = #"{\#(names(person, "from", "from_user_id")),"id":"w\#(number)","timestamp":"\#(milliseconds / 1000)",\#(content)}"#
        var update = planned(person, .messages, json, kind, "participant", type, text, origin: origin, target: target)
        if let phone = person.phone, let user = person.user, Bool.random(using: &random) {
            update.contact = #"{"profile":{"name":"n\#(phone)"},"wa_id":"\#(phone)","user_id":"\#(user)"}"#
        }
        return update
    }

    private mutating func whatsapp(_ person: PlannedPerson, _ targets: [String]) -> PlannedUpdate {
        let target = targets.randomElement(using: &random) ?? "w-elsewhere-\(person.phone ?? person.user ?? "")"
        let text = "t\(number)"
        switch Int.random(in: 0..<16, using: &random) {
        case 0, 1: return whatsappMessage(person, #""type":"text","text":{"body":"\#(text)"}"#, "message", "text", text)
        case 2: return whatsappMessage(person, #""type":"image","image":{"id":"\#(number)","mime_type":"image/png"}"#, "message", "image")
        case 3:
            return whatsappMessage(
                person, #""type":"reaction","reaction":{"message_id":"\#(target)","emoji":"e\#(number)"}"#, "reaction", "react",
                "e\(number)")
        case 4:
            let content = #""type":"edit","edit":{"original_message_id":"\#(target)","message":{"type":"text","text":{"body":"\#(text)"}}}"#
            return whatsappMessage(person, content, "edit", "text", text, target: target)
        case 5:
            let content = #""type":"revoke","revoke":{"original_message_id":"\#(target)"}"#
            return whatsappMessage(person, content, "unsend", "unsend", target: target)
        case 6:
            return whatsappMessage(
                person, #""type":"text","group_id":"g1","text":{"body":"\#(text)"}"#, "message", "text", text, origin: "group")
        case 7: return whatsappMessage(person, #""type":"unsupported","errors":[{"code":131051}]"#, "message", "unsupported")
        case 8: return whatsappMessage(person, #""type":"hologram","hologram":{"n":"\#(number)"}"#, "other", "hologram")
        case 9, 10:
            let ends = names(person, "to", "to_user_id")
            let json =
                #"{"from":"4930",\#(ends),"id":"w\#(number)","timestamp":"\#(milliseconds / 1000)","type":"text","text":{"body":"\#(text)"}}"#
            return planned(person, .messageEchoes, json, "echo", "business", "text", text, id: "w\(number)")
        case 11, 12:
            let ranks = ["sent": 0, "failed": 1, "delivered": 2, "read": 3, "played": 4]
            let word = ranks.keys.sorted().randomElement(using: &random) ?? "sent"
            let ends = names(person, "recipient_id", "recipient_user_id")
            let json =
                #"{"id":"\#(target)","status":"\#(word)","timestamp":"\#(milliseconds / 1000)",\#(ends),"pricing":{"billable":true}}"#
            return PlannedUpdate(account: person.account, list: .statuses, json: json, effect: .status(of: target, rank: ranks[word] ?? 0))
        case 13 where person.laterUser == nil: return preference(person)
        case 14: return odd(person)
        default:
            guard let laterPhone = person.laterPhone, let laterUser = person.laterUser, let user = person.user else {
                return whatsappMessage(person, #""type":"text","text":{"body":"\#(text)"}"#, "message", "text", text)
            }
            let content =
                #""type":"system","system":{"type":"user_changed_number","body":"\#(text)","wa_id":"\#(laterPhone)","user_id":"\#(laterUser)","previous_user_id":"\#(user)"}"#
            let json = #"{"from":"\#(person.phone ?? "")","id":"w\#(number)","timestamp":"\#(milliseconds / 1000)",\#(content)}"#
            return planned(person, .messages, json, "identity", "participant", "user_changed_number", text)
        }
    }

    private mutating func preference(_ person: PlannedPerson) -> PlannedUpdate {
        let objects = Bool.random(using: &random)
        let ends = names(person, "wa_id", "user_id", both: true)
        let json =
            #"{\#(ends),"category":"marketing_messages","value":"\#(objects ? "stop" : "resume")","timestamp":\#(milliseconds / 1000)}"#
        let item = Item(
            person: person, kind: "preference", author: "participant", type: "marketing_messages", text: nil, origin: nil)
        return PlannedUpdate(
            account: person.account, list: .preferences, json: json,
            effect: .preference(item, objects: objects, at: milliseconds / 1000))
    }

    private mutating func odd(_ person: PlannedPerson) -> PlannedUpdate {
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            let value = #""event":"APPROVED","message_template_id":\#(count),"message_template_name":"n\#(number)""#
            return PlannedUpdate(account: person.account, list: .template, json: value, effect: .notice("template n\(number)"))
        case 1:
            // Imported chats, for which the channel's feature is off.
            let json =
                #"{"threads":[{"id":"\#(person.phone ?? "49")","messages":[{"from":"\#(person.phone ?? "49")","id":"h\#(number)","type":"text"}]}]}"#
            return PlannedUpdate(account: person.account, list: .history, json: json, effect: .nothing)
        default:
            return PlannedUpdate(account: person.account, list: .messages, json: #"{"id":"w\#(number)","type":"text"}"#, effect: .broken)
        }
    }
}
