import ConversationStoreContracts
import Domain

/// The rule by which erased people and messages stay out (DESIGN §6), as a value.
struct Admission {
    /// The message itself was erased, or the one that the event is about.
    let messageIsErased: Bool
    /// The latest cut-off of any of the person's names, or of any that stands in what names nobody; nil when nobody erased them.
    let personCutoff: Timestamp?
    /// The later cut-off of the conversation and of the channel; nil when neither was erased. What comes after it goes on as ever.
    let placeCutoff: Timestamp?

    /// - Parameter isKnown: whether the person has rows here, which after an erasure means: has written anew. Asked only if it matters.
    func keepsOut(_ event: ChannelEvent, isKnown: () throws -> Bool) rethrows -> Bool {
        if messageIsErased { return true }
        if let placeCutoff, event.happenedAt <= placeCutoff { return true }
        guard let personCutoff else { return false }
        if event.happenedAt <= personCutoff { return true }
        // What names nobody is no talk with them.
        if event.participant == ParticipantIdentity() { return false }
        return try !event.kind.beginsRelationship && !isKnown()
    }
}

extension ChannelEvent.Kind {
    /// Whether the person says something of their own accord: only that begins anew what an erasure has ended. An objection to marketing
    /// must never be lost.
    var beginsRelationship: Bool {
        switch self {
        case .message, .postback, .comment, .preference: true
        case .echo, .reply, .edit, .unsend, .reaction, .read, .status, .referral, .identity, .template, .account, .other: false
        }
    }
}
