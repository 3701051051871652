import DeletionCoordinatorContracts
import Domain
import Runtime

/// How a deletion stands, in plain words for its person: on the status page and in what they are written. Names nobody.
struct DeletionInWords {
    let deletion: Deletion

    init(_ deletion: Deletion) { self.deletion = deletion }

    var title: String {
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

    var sentence: String {
        switch deletion.state {
        case .received, .acknowledged: "We have received the request and will schedule it soon."
        case .awaitingIdentity: identityAwaited
        case .awaitingController:
            "The business that you wrote to decides about this data, and was asked. Without an answer in time the data is erased."
        case .scheduled: "The request is accepted. Erasing begins at the time below."
        case .erasing: "Every system of ours is searched for data about you, and erases what it finds. Usually this takes a few minutes."
        case .held:
            "All is erased but what a law demands to be kept for now. Nobody uses that part; it is erased when the law allows it."
        case .verifying: "What was found is erased. Every system is now searched once more, to be sure that nothing is left."
        case .erasedHere: "Every system has answered. The request itself is now being stripped of what names you."
        case .completed: outcome
        case .refused: refused
        case .cancelled: "The request was taken back before anything was erased. You can ask again at any time."
        }
    }

    /// Why it takes longer than the 30 days that are usual; nil unless it does.
    var extended: String? {
        switch deletion.extensionGround {
        case .complexRequest?: "It takes longer than 30 days, because the request is a complex one (GDPR Art. 12(3))."
        case .manyRequests?: "It takes longer than 30 days, because very many people have asked (GDPR Art. 12(3))."
        case nil: nil
        }
    }

    /// What of the data may still be in a backup; nil while nothing is erased, and where there was nothing.
    var copies: String? {
        guard deletion.state == .completed, deletion.found == true else { return nil }
        guard let last = deletion.lastCopyExpiresAt else {
            return "It is gone from our live systems, and no backup was made while it was there."
        }
        return
            "It is gone from our live systems. The last backup copy that may still hold it expires on \(CivilTime.text(last).prefix(10)); "
            + "should one be restored before, this deletion is replayed before anybody is served."
    }

    private var identityAwaited: String {
        switch deletion.source {
        case .page: "Send the code that you were shown in the chat that is to be deleted. That shows that the chat is yours."
        case .customer, .officer, .termination, .callback:
            "Please answer the message that we sent you. Nothing is erased until we know that it is you."
        }
    }

    private var refused: String {
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
    private var outcome: String {
        switch (deletion.kind, deletion.found) {
        case (_, true): "The data that we found about you was erased, and every system has shown that nothing is left."
        case (.connection, _):
            "We found no data under the id that came with this request, so there was nothing to erase. "
                + "If you wrote to a business that works with us, please ask that business, or us, and name the chat."
        case (.forms, _), (.member, _), (.workspace, _): "We found no data under the name given, so there was nothing to erase."
        case (.person, _): "We found no data under the name given, so there was nothing to erase. It will be kept out from now on."
        }
    }
}
