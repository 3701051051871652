import DeletionCoordinatorContracts
import Domain
import HTTP
import Runtime

/// The page that tells a person, in plain words, how their deletion stands. No scripts, no cookies, nothing that names anybody.
enum StatusPage {
    static let stylePath = "/data-deletion/style.css"

    /// For a code that was never given, and for one whose record has expired: nobody can tell which.
    static let unknown = page(
        "No request found",
        """
        <p class="state">There is no deletion request under this link.</p>
        <p>Please check that the link is complete. The record of a request is removed 24 months after the request was completed.</p>
        """)

    static func html(_ status: DeletionStatus) -> String {
        let deletion = status.deletion
        var dates = date("Received", deletion.receivedAt)
        switch deletion.state {
        case .awaitingIdentity: if let time = deletion.decideBy { dates += date("Your proof is awaited until", time) }
        case .awaitingController: if let time = deletion.decideBy { dates += date("The business may decide until", time) }
        case .scheduled: if let time = deletion.scheduledFor { dates += date("Erasing begins", time) }
        case .received, .acknowledged, .erasing, .held, .verifying, .erasedHere, .completed, .refused, .cancelled: break
        }
        if let time = status.startedAt { dates += date("Erasing began", time) }
        if let time = status.verifiedAt { dates += date("Verified in all our systems", time) }
        if let time = deletion.completedAt {
            dates += date(deletion.state == .completed ? "Completed" : "Closed", time)
        } else {
            dates += date("Done at the latest by", deletion.dueBy)
        }
        let title = title(deletion)
        return page(title, "<p class=\"state\">\(HTMLEscape.text(sentence(deletion)))</p>\n<dl>\n\(dates)</dl>")
    }

    private static func title(_ deletion: Deletion) -> String {
        switch deletion.state {
        case .received, .acknowledged: "Your deletion request was received"
        case .awaitingIdentity: "We need to know that it is you"
        case .awaitingController: "The business is asked"
        case .scheduled: "Your deletion request is scheduled"
        case .erasing: "Your deletion request is being carried out"
        case .held: "A part must be kept for now"
        case .verifying: "The erasure is being verified"
        case .erasedHere, .completed: deletion.found == true ? "Your data is erased" : "No data was found"
        case .refused: "Your deletion request was refused"
        case .cancelled: "The deletion request was taken back"
        }
    }

    private static func sentence(_ deletion: Deletion) -> String {
        switch deletion.state {
        case .received, .acknowledged: "We have received the request and will schedule it soon."
        case .awaitingIdentity: identityAwaited(deletion)
        case .awaitingController:
            "The business that you wrote to decides about this data, and was asked. Without an answer in time the data is erased."
        case .scheduled: "The request is accepted. Erasing begins at the time below."
        case .erasing: "Every system of ours is searched for data about you, and erases what it finds. Usually this takes a few minutes."
        case .held:
            "All is erased but what a law demands to be kept for now. Nobody uses that part; it is erased when the law allows it."
        case .verifying: "What was found is erased. Every system is now searched once more, to be sure that nothing is left."
        case .erasedHere: "Every system has answered. The request itself is now being stripped of what names you."
        case .completed: outcome(deletion)
        case .refused: refused(deletion)
        case .cancelled: "The request was taken back before anything was erased. You can ask again at any time."
        }
    }

    private static func identityAwaited(_ deletion: Deletion) -> String {
        switch deletion.source {
        case .page: "Send the code that you were shown in the chat that is to be deleted. That shows that the chat is yours."
        case .customer, .officer, .termination, .callback:
            "Please answer the message that we sent you. Nothing is erased until we know that it is you."
        }
    }

    private static func refused(_ deletion: Deletion) -> String {
        let reason =
            switch deletion.ground {
            case .identityNotProven: "Nobody has shown in time that the data is theirs, so nothing was erased. You can ask again."
            case .controllerRefused: "The business that decides about this data has refused the request."
            case .keptByLaw: "A law demands that this data be kept for now."
            case .excessive: "The same was asked again and again (GDPR Art. 12(5))."
            case nil: "The request was refused."
            }
        let contact = deletion.contact.map { " Please turn to \($0)." } ?? ""
        return reason + contact + " You may also complain to a data protection authority."
    }

    /// Never "erased" where nothing was: a callback's id may be known to nobody although the person is.
    private static func outcome(_ deletion: Deletion) -> String {
        switch (deletion.kind, deletion.found) {
        case (.conversation, true), (.message, true), (.channel, true):
            "What was asked for was erased, and every system has shown that nothing of it is left."
        case (_, true): "The data that we found about you was erased, and every system has shown that nothing is left."
        case (.connection, _):
            "We found no data under the id that came with this request, so there was nothing to erase. "
                + "If you wrote to a business that works with us, please ask that business, or us, and name the chat."
        case (.conversation, _), (.message, _), (.channel, _): "We found nothing of what was asked for, so there was nothing to erase."
        case (.forms, _), (.member, _), (.workspace, _): "We found no data under the name given, so there was nothing to erase."
        case (.person, _): "We found no data under the name given, so there was nothing to erase. It will be kept out from now on."
        }
    }

    private static func date(_ term: String, _ time: Timestamp) -> String {
        let text = CivilTime.text(time)
        // `2026-01-01T00:00:00.000Z` as `2026-01-01 00:00 UTC`.
        let shown = "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
        return "<dt>\(HTMLEscape.text(term))</dt>\n<dd><time datetime=\"\(HTMLEscape.text(text))\">\(HTMLEscape.text(shown))</time></dd>\n"
    }

    /// `body` is HTML, `title` is text.
    private static func page(_ title: String, _ body: String) -> String {
        HTMLPage.html(title: title, stylePath: stylePath, body: "<h1>\(HTMLEscape.text(title))</h1>\n\(body)")
    }
}
