import Domain
import Wire

/// What a `message` consists of.
struct InstagramMessage {
    private static let members: [String] = [
        "mid", "text", "attachments", "is_echo", "app_id", "quick_reply", "reply_to", "referral", "is_unsupported"
    ]

    private let view: JSONView

    init(_ view: JSONView) { self.view = view }

    func fill(_ draft: inout EventDraft) {
        draft.open(view, InstagramMessage.members)
        draft.write(view["text"])
        draft.attach(attachments(&draft))
        if let reply = view["reply_to"] { answer(reply, &draft) }
        draft.details.content = view["quick_reply"].map(RawJSON.init)
        draft.details.referral = view["referral"].map(RawJSON.init)
        draft.type(type(draft))
    }

    private func type(_ draft: EventDraft) -> String {
        if view["is_unsupported"]?.bool == true { return "unsupported" }
        return draft.details.attachments?.first?.type ?? (view["text"] == nil ? "message" : "text")
    }

    private func answer(_ reply: JSONView, _ draft: inout EventDraft) {
        draft.open(reply, ["mid", "story"])
        draft.details.target = draft.text(reply["mid"], max: 512)
        guard let view = reply["story"] else { return }
        draft.open(view, ["id", "url"])
        var story = StoryReference()
        story.id = draft.text(view["id"], max: 512)
        story.url = draft.text(view["url"], max: Attachment.urlLengthMax)
        draft.details.story = story
    }

    /// A list, and sometimes a single object.
    private func attachments(_ draft: inout EventDraft) -> [Attachment] {
        guard let view = view["attachments"] else { return [] }
        var attachments: [Attachment] = []
        for element in view.elements ?? [view] { attachments.append(attachment(element, &draft)) }
        // One post may arrive twice, as `share` and as `ig_post`.
        let posts = Set(attachments.filter { $0.type == "ig_post" }.compactMap(\.id))
        return attachments.filter { $0.type != "share" || $0.id.map { !posts.contains($0) } ?? true }
    }

    private func attachment(_ view: JSONView, _ draft: inout EventDraft) -> Attachment {
        var attachment = Attachment(type: (view["type"]?.string ?? "attachment").cut(to: 64))
        draft.open(view, ["type", "payload"])
        guard let payload = view["payload"] else { return attachment }
        let ids = ["ig_post_media_id", "reel_video_id", "sticker_id", "id"].filter { payload[$0] != nil }
        draft.open(payload, ["url", "title"], ids.first)
        attachment.url = draft.text(payload["url"], max: Attachment.urlLengthMax)
        attachment.caption = draft.text(payload["title"], max: Attachment.captionLengthMax)
        attachment.id = ids.first.flatMap { draft.text(payload[$0], max: 512) }
        return attachment
    }
}
