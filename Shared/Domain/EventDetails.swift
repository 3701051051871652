import Wire

/// What an event says beyond who, when and its words. Every part is there only where the event has it.
public struct EventDetails: Fields, Equatable {
    public enum Forwarding: String, WireWord { case forwarded, often }
    public enum Marketing: String, WireWord { case stop, resume }

    public static let attachmentCountMax = 32

    /// The platform's id of the message that this one is about, or answers.
    public var target: String?
    public var attachments: [Attachment]?
    /// The business's story that the person answers.
    public var story: StoryReference?
    public var forwarded: Forwarding?
    /// The ad, link or post that led the person here, as it came.
    public var referral: RawJSON?
    /// The product that is asked about, as it came.
    public var product: RawJSON?
    /// What is proper to the type, as it came: a place, an order, a pressed button, the answers of a form; contact cards are third
    /// persons' data.
    public var content: RawJSON?
    /// The group that it was written to.
    public var group: String?
    /// How often the target was edited by now; 0 where the platform doesn't count.
    public var revision: Int64?
    /// Names that the person had before.
    public var previous: ParticipantIdentity?
    public var marketing: Marketing?
    public var comment: CommentPlace?
    public var template: TemplateStatus?
    /// Why a message failed, or can't be shown, as it came.
    public var errors: RawJSON?
    /// What the message costs, and the window that it belongs to, as they came.
    public var pricing: RawJSON?
    public var window: RawJSON?

    public init() {}

    public var isEmpty: Bool { self == EventDetails() }

    /// Without everything that is as long or as odd as its sender liked.
    public var essentials: EventDetails {
        var essentials = EventDetails()
        essentials.target = target
        essentials.group = group
        essentials.revision = revision
        essentials.previous = previous
        essentials.marketing = marketing
        return essentials
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("target", &target, max: 512)
        fields.field("attachments", &attachments, max: EventDetails.attachmentCountMax)
        fields.field("story", &story)
        fields.field("forwarded", &forwarded)
        fields.field("referral", &referral)
        fields.field("product", &product)
        fields.field("content", &content)
        fields.field("group", &group, max: 256)
        fields.field("revision", &revision, 0...Int64(Int32.max))
        fields.field("previous", &previous)
        fields.field("marketing", &marketing)
        fields.field("comment", &comment)
        fields.field("template", &template)
        fields.field("errors", &errors)
        fields.field("pricing", &pricing)
        fields.field("window", &window)
    }
}

/// A medium as a reference: the mesh never fetches one.
public struct Attachment: Fields, Equatable {
    public static let urlLengthMax = 4096
    public static let captionLengthMax = 4096

    /// As the platform names it: `image`, `document`, `ig_reel`, `like_heart`, …
    public var type = ""
    public var url: String?
    /// The platform's id of the medium, post, reel or sticker.
    public var id: String?
    public var mime: String?
    /// As given; nobody has compared it with the medium.
    public var sha256: String?
    public var filename: String?
    /// The person's words to it, or its title.
    public var caption: String?
    public var voice: Bool?
    public var animated: Bool?

    public init() {}
    public init(type: String) { self.type = type }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("type", &type, max: 64)
        fields.field("url", &url, max: Attachment.urlLengthMax)
        fields.field("id", &id, max: 512)
        fields.field("mime", &mime, max: 128)
        fields.field("sha256", &sha256, max: 128)
        fields.field("filename", &filename, max: 1024)
        fields.field("caption", &caption, max: Attachment.captionLengthMax)
        fields.field("voice", &voice)
        fields.field("animated", &animated)
    }
}

public struct StoryReference: Fields, Equatable {
    public var id: String?
    public var url: String?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id, max: 512)
        fields.field("url", &url, max: Attachment.urlLengthMax)
    }
}

/// What a comment stands under.
public struct CommentPlace: Fields, Equatable {
    /// The platform's ids of the medium, and of the comment that this one answers.
    public var media: String?
    public var mediaType: String?
    public var parent: String?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("media", &media, max: 512)
        fields.field("mediaType", &mediaType, max: 64)
        fields.field("parent", &parent, max: 512)
    }
}

/// How a message template stands with the platform.
public struct TemplateStatus: Fields, Equatable {
    public var id: String?
    public var name: String?
    public var language: String?
    /// `APPROVED`, `REJECTED`, `PAUSED`, …; of an update of quality or category, what it is now.
    public var event: String?
    public var reason: String?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id, max: 64)
        fields.field("name", &name, max: 512)
        fields.field("language", &language, max: 16)
        fields.field("event", &event, max: 64)
        fields.field("reason", &reason, max: 1024)
    }
}
