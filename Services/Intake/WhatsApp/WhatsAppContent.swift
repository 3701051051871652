import Domain
import Wire

/// What a message of a type consists of: its words, its media, and what is proper to the type.
struct WhatsAppContent {
    private static let media: Set<String> = ["image", "video", "audio", "document", "sticker"]

    private let type: String
    private let content: JSONView?
    private let message: JSONView

    init(_ message: JSONView, type: String) {
        self.message = message
        self.type = type
        content = message[type]
    }

    func fill(_ draft: inout EventDraft) {
        guard let content else { return }
        if WhatsAppContent.media.contains(type) { return draft.attach([attachment(content, &draft)]) }
        switch type {
        case "text":
            draft.open(content, ["body"])
            draft.write(content["body"])
        case "button":
            draft.write(content["text"])
            draft.details.content = RawJSON(content)
        case "interactive":
            // The answers of a form have no title: they are for the customer's own program.
            draft.write(content["type"]?.string.flatMap { content[$0]?["title"] })
            draft.details.content = RawJSON(content)
        case "order":
            draft.write(content["text"])
            draft.details.content = RawJSON(content)
        default: draft.details.content = RawJSON(content)
        }
    }

    private func attachment(_ content: JSONView, _ draft: inout EventDraft) -> Attachment {
        var attachment = Attachment(type: type)
        draft.open(content, ["id", "mime_type", "sha256", "caption", "filename", "url", "voice", "animated"])
        attachment.id = draft.text(content["id"], max: 512)
        attachment.mime = draft.text(content["mime_type"], max: 128)
        attachment.sha256 = draft.text(content["sha256"], max: 128)
        attachment.caption = draft.text(content["caption"], max: Attachment.captionLengthMax)
        attachment.filename = draft.text(content["filename"], max: 1024)
        attachment.url = draft.text(content["url"], max: Attachment.urlLengthMax)
        attachment.voice = content["voice"]?.bool
        attachment.animated = content["animated"]?.bool
        return attachment
    }
}
