import Domain
import TestKit

/// Cuts updates into the bodies of deliveries, as a platform might: several tenants in one, the same update in several.
struct DeliveryBodies {
    private static let updatesPerDeliveryMax = 24

    let businesses: [Account: String]
    /// Of entries, in seconds.
    let time: Int64

    /// Every update at least once, in any order, with repeats.
    func cut(_ updates: [PlannedUpdate], _ random: inout SeededGenerator) -> [(Platform, String)] {
        let repeats = updates.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        var rest = (updates + repeats).shuffled(using: &random)[...]
        var bodies: [(Platform, String)] = []
        while !rest.isEmpty {
            let portion = rest.prefix(Int.random(in: 1...DeliveryBodies.updatesPerDeliveryMax, using: &random))
            rest = rest.dropFirst(portion.count)
            bodies += self.bodies(Array(portion))
            // The platform heard no answer.
            if Int.random(in: 0..<5, using: &random) == 0, let again = bodies.last { bodies.append(again) }
        }
        return bodies
    }

    private func bodies(_ updates: [PlannedUpdate]) -> [(Platform, String)] {
        Platform.allCases.compactMap { platform in
            let own = updates.filter { $0.account.platform == platform }
            guard !own.isEmpty else { return nil }
            return (platform, platform == .instagram ? instagram(own) : whatsapp(own))
        }
    }

    private func instagram(_ updates: [PlannedUpdate]) -> String {
        let entries = Set(updates.map(\.account)).sorted().flatMap { account -> [String] in
            let own = updates.filter { $0.account == account }
            let lists = [PlannedUpdate.List.messaging, .standby].compactMap { list -> String? in
                let elements = own.filter { $0.list == list }.map(\.json)
                return elements.isEmpty ? nil : #""\#(list.rawValue)":[\#(elements.joined(separator: ","))]"#
            }
            let comments = own.filter { $0.list == .comments }.map {
                #"{"id":"\#(account.id)","time":\#(time),"changes":[{"field":"comments","value":\#($0.json)}]}"#
            }
            return comments + (lists.isEmpty ? [] : [#"{"id":"\#(account.id)","time":\#(time),\#(lists.joined(separator: ","))}"#])
        }
        return #"{"object":"instagram","entry":[\#(entries.joined(separator: ","))]}"#
    }

    private func whatsapp(_ updates: [PlannedUpdate]) -> String {
        let entries = Set(updates.map(\.account)).sorted().map { account -> String in
            let own = updates.filter { $0.account == account }
            let changes = [
                change(own, [.messages, .statuses], "messages", account), change(own, [.messageEchoes], "smb_message_echoes", account),
                change(own, [.preferences], "user_preferences", account), change(own, [.history], "history", account)
            ].compactMap(\.self)
            let templates = own.filter { $0.list == .template }.map {
                #"{"field":"message_template_status_update","value":{\#($0.json)}}"#
            }
            let all = (changes + templates).joined(separator: ",")
            return #"{"id":"\#(businesses[account] ?? "")","time":\#(time),"changes":[\#(all)]}"#
        }
        return #"{"object":"whatsapp_business_account","entry":[\#(entries.joined(separator: ","))]}"#
    }

    private func change(_ updates: [PlannedUpdate], _ lists: [PlannedUpdate.List], _ field: String, _ account: Account) -> String? {
        let own = updates.filter { lists.contains($0.list) }
        guard !own.isEmpty else { return nil }
        let members = lists.compactMap { list -> String? in
            let elements = own.filter { $0.list == list }.map(\.json)
            return elements.isEmpty ? nil : #""\#(list.rawValue)":[\#(elements.joined(separator: ","))]"#
        }
        let contacts = Set(own.compactMap(\.contact)).sorted().joined(separator: ",")
        let metadata = #""metadata":{"display_phone_number":"4930","phone_number_id":"\#(account.id)"}"#
        return
            #"{"field":"\#(field)","value":{"messaging_product":"whatsapp",\#(metadata),"contacts":[\#(contacts)],\#(members.joined(separator: ","))}}"#
    }
}
