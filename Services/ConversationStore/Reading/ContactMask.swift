import ConversationStoreContracts
import Domain

/// Hides how a person is called and reached from a role that may see a conversation but not contact data: name, phone and username, what
/// of that kind stands in a text, and everything that we don't read ourselves.
struct ContactMask {
    private let person: PersonMask

    /// - Parameters:
    ///   - participants: who talks; none for what concerns nobody in particular.
    ///   - given: how they said themselves that they are called.
    init(_ participants: [Participant], _ given: [String] = []) {
        let phones = participants.flatMap(\.aliases).filter { $0.kind == .phone }.map(\.value)
        person = PersonMask(names: participants.flatMap(\.names) + given + phones)
    }

    static func masked(_ participant: Participant) -> Participant {
        var masked = participant
        masked.name = participant.name.map { _ in IdentifierMask.mask }
        masked.pictureURL = nil
        masked.aliases.removeAll { $0.kind == .phone || $0.kind == .username }
        return masked
    }

    static func masked(_ response: ReadParticipant.Response) -> ReadParticipant.Response {
        let mask = ContactMask([response.participant])
        var response = response
        response.participant = masked(response.participant)
        response.fields = mask.masked(response.fields)
        for index in response.links.indices {
            response.links[index].evidence.source = mask.person.masked(response.links[index].evidence.source)
        }
        return response
    }

    static func masked(_ response: ListConversations.Response) -> ListConversations.Response {
        var response = response
        for index in response.conversations.indices {
            response.conversations[index].participant = masked(response.conversations[index].participant)
        }
        return response
    }

    static func masked(_ response: ReadConversation.Response, namesGiven: [String]) -> ReadConversation.Response {
        let mask = ContactMask([response.participant] + (response.participants ?? []), namesGiven)
        var response = response
        response.participant = masked(response.participant)
        response.participants = response.participants?.map(masked)
        response.fields = response.fields.map(mask.masked)
        for index in response.messages.indices {
            response.messages[index].text = response.messages[index].text.map(mask.person.masked)
            response.messages[index].details = response.messages[index].details.map(mask.masked)
            response.messages[index].firstText = response.messages[index].firstText.map(mask.person.masked)
            response.messages[index].reactions = response.messages[index].reactions?.map {
                Reaction(by: $0.author, mask.person.masked($0.emoji), at: $0.at)
            }
            response.messages[index].delivery = nil
            response.messages[index].raw = nil
        }
        return response
    }

    /// What a text shows of a participant.
    static func masked(_ text: String, of participant: Participant) -> String { ContactMask([participant]).person.masked(text) }

    static func masked(_ response: ListNotices.Response) -> ListNotices.Response {
        let mask = ContactMask([])
        var response = response
        for index in response.notices.indices {
            response.notices[index].text = response.notices[index].text.map(mask.person.masked)
            response.notices[index].details = response.notices[index].details.map(mask.masked)
            response.notices[index].raw = nil
        }
        return response
    }

    private func masked(_ fields: [ParticipantField]) -> [ParticipantField] {
        fields.map { field in
            var shown = field
            shown.text = field.text.map(person.masked)
            return shown
        }
    }

    /// What names nobody, so that a picture can be seen and a template understood; what stays as it came may hold anything.
    private func masked(_ details: EventDetails) -> EventDetails {
        var shown = EventDetails()
        shown.attachments = details.attachments?.map(masked)
        shown.story = details.story
        shown.forwarded = details.forwarded
        shown.revision = details.revision
        shown.marketing = details.marketing
        shown.comment = details.comment
        shown.template = details.template
        return shown
    }

    private func masked(_ attachment: Attachment) -> Attachment {
        var shown = attachment
        shown.filename = nil
        shown.caption = attachment.caption.map(person.masked)
        // Where a file is called after its person, so is the address that it lies at.
        if let url = attachment.url, person.isMentioned(in: ContactMask.unescaped(url)) { shown.url = nil }
        return shown
    }

    /// With what its percent-encoded bytes stand for (RFC 3986 §2.1).
    private static func unescaped(_ url: String) -> String {
        let pieces = url.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
        var bytes = Array(pieces[0])
        for piece in pieces.dropFirst() {
            guard piece.count >= 2, let byte = UInt8(String(decoding: piece.prefix(2), as: UTF8.self), radix: 16) else {
                bytes += [UInt8(ascii: "%")] + piece
                continue
            }
            bytes += [byte] + piece.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
