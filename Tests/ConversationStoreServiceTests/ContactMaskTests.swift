import ConversationStoreContracts
import Domain
import Testing
import Wire

@testable import ConversationStoreService

/// What a role that may not see contact data gets of everything that a message can hold.
@Suite struct ContactMaskTests {
    private static let needle = "Needle"
    private static let json = RawJSON(checked: Array(#"{"of":"Needle"}"#.utf8))

    private var participant: Participant {
        var participant = Participant()
        participant.name = "Needle Person"
        participant.aliases = [
            Alias(.whatsapp, .phone, "15550100017"), Alias(.whatsapp, .username, "needle.77"), Alias(.whatsapp, .bsuid, "US.1349")
        ]
        return participant
    }

    /// Every member set, the needle wherever something can be written.
    private var details: EventDetails {
        var attachment = Attachment(type: "document")
        (attachment.id, attachment.mime, attachment.filename) = ("1000", "application/pdf", "Needle.pdf")
        attachment.caption = "from Needle"
        var previous = ParticipantIdentity(phone: "15550100018", name: "Needle")
        previous.username = "needle.78"
        var details = EventDetails()
        (details.target, details.attachments, details.forwarded, details.revision) = ("wamid.1", [attachment], .often, 2)
        (details.referral, details.product, details.content) = (ContactMaskTests.json, ContactMaskTests.json, ContactMaskTests.json)
        (details.group, details.previous, details.marketing) = ("group of Needle", previous, .stop)
        (details.errors, details.pricing, details.window) = (ContactMaskTests.json, ContactMaskTests.json, ContactMaskTests.json)
        return details
    }

    @Test func nothingThatNamesThePersonIsLeftOfAMessage() {
        var message = Message()
        (message.type, message.text) = ("document", "needle here: @needle.77, 15550100017, n@lamps.example")
        (message.details, message.delivery, message.raw) = (details, details, ContactMaskTests.json)
        var response = ReadConversation.Response()
        (response.participant, response.messages) = (participant, [message])

        let masked = ContactMask.masked(response, namesGiven: [])

        #expect(masked.messages[0].text == "••• here: ••••••, •••")
        #expect(masked.participant.aliases.map(\.kind) == [.bsuid])
        let bytes = String(decoding: FieldVisitor.write(masked), as: UTF8.self).lowercased()
        for needle in ["needle", "15550100017", "15550100018"] { #expect(!bytes.contains(needle), "\(needle)") }
        // What the agent works with stays.
        let shown = masked.messages[0].details
        #expect(shown?.attachments?.first?.id == "1000" && shown?.attachments?.first?.caption == "from •••")
        #expect(shown?.forwarded == .often && shown?.revision == 2 && shown?.marketing == .stop)
    }

    @Test(arguments: [
        "https://media.example/a/Needle-invoice.pdf", "https://media.example/jos%C3%A9.jpg", "https://media.example/?of=15550100017",
        "https://media.example/needle.77/1.jpg"
    ])
    func aFileThatIsCalledAfterItsPersonHasNoAddress(url: String) {
        func shown(_ url: String) -> String? {
            var message = Message()
            var attachment = Attachment(type: "image")
            attachment.url = url
            message.details = EventDetails()
            message.details?.attachments = [attachment]
            var response = ReadConversation.Response()
            (response.participant, response.messages) = (participant, [message])
            return ContactMask.masked(response, namesGiven: ["José"]).messages[0].details?.attachments?.first?.url
        }
        #expect(shown(url) == nil)
        // Control: what names nobody stays, so that the picture can be seen.
        let plain = "https://media.example/asset?id=1789%2F1&signature=AbC"
        #expect(shown(plain) == plain)
    }

    @Test func aNoticeShowsNobodyWhoIsMentioned() {
        var notice = Notice()
        (notice.text, notice.details, notice.raw) = ("thanks @needle.77", details, ContactMaskTests.json)
        notice.details?.template = TemplateStatus()
        notice.details?.template?.name = "order_update"
        var response = ListNotices.Response()
        response.notices = [notice]

        let masked = ContactMask.masked(response)

        #expect(masked.notices[0].text == "thanks •••" && masked.notices[0].raw == nil)
        #expect(masked.notices[0].details?.template?.name == "order_update")
        #expect(masked.notices[0].details?.content == nil && masked.notices[0].details?.previous == nil)
    }
}
