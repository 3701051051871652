import DeletionCoordinatorContracts
import Domain
import Runtime

/// What is written to whoever asked, in plain words: what was asked, how it stands, and what follows. It names nobody, and says nothing
/// that the status page doesn't.
struct NoticeText {
    let subject: String
    let paragraphs: [String]

    /// - Parameter link: of the status page; nil where the public can't reach us.
    init(_ kind: Notice.Kind, _ deletion: Deletion, link: String?) {
        let words = DeletionInWords(deletion)
        let asked = "On \(NoticeText.day(deletion.receivedAt)) you asked us to erase \(NoticeText.object(deletion.kind))."
        let due = "It is done by \(NoticeText.day(deletion.dueBy)) at the latest."
        let follow = link.map { "You can follow it at \($0)" }
        switch kind {
        case .acknowledgement:
            subject = words.title
            paragraphs = [asked, NoticeText.standing(words), due, follow, NoticeText.rights].compactMap { $0 }
        case .extension:
            subject = "Your deletion request takes longer"
            let paragraphs = [asked, words.extended, due, "You may complain to a data protection authority about this.", follow]
            self.paragraphs = paragraphs.compactMap { $0 }
        case .answer:
            subject = words.title
            paragraphs = [asked, words.sentence, words.copies, NoticeText.forgotten, follow].compactMap { $0 }
        }
    }

    private static let rights =
        "Until erasing begins you can take the request back: answer this message. You need not say why you asked."
    private static let forgotten =
        "This address was kept to answer you, and is deleted when this message has left us. "
        + "That somebody asked stays on record for 24 months, without who it was."

    private static func standing(_ words: DeletionInWords) -> String {
        switch words.deletion.state {
        case .awaitingIdentity: "Please answer this message, so that we know that it is you. Nothing is erased until then."
        case .scheduled:
            "The request is accepted."
                + (words.deletion.scheduledFor.map { " Erasing begins on \(day($0))." } ?? "")
        case .received, .acknowledged, .awaitingController, .erasing, .held, .verifying, .erasedHere, .completed, .refused, .cancelled:
            words.sentence
        }
    }

    private static func object(_ kind: Deletion.Kind) -> String {
        switch kind {
        case .person: "what was written in a chat with a business that works with us"
        case .forms: "what you sent us by the forms of our website"
        case .member: "what is held about your account"
        case .conversation: "one conversation with a business that works with us"
        case .message: "one message to a business that works with us"
        case .channel: "all that came by a channel"
        case .workspace: "all that came by the channels of a workspace"
        case .connection: "the connection that you had authorised"
        }
    }

    private static func day(_ time: Timestamp) -> String { String(CivilTime.text(time).prefix(10)) }
}
