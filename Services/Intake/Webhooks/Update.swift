import Domain
import IntakeContracts

/// One update of a delivery, apart from its neighbours: what it is, whose, and how it looks as a delivery of its own.
struct Update: Sendable {
    enum Content: Sendable {
        case event(ReceivedEvent)
        /// The person's or the account's, and only for channels that have the feature on.
        case optional(ReceivedEvent, ChannelFeature)
        /// Nobody's that we could tell, or nothing that our contract fits.
        case broken
        /// The platform has ended its account, or the customer its use: the basis for processing is gone (PLATFORM §3).
        case accountEnded(at: Timestamp)
        /// Strangers' address books, so many entries: never taken in.
        case addressBook(Int64)
        /// The test button of the app's dashboard: about nobody's account.
        case test
    }

    let recipient: Recipient
    let content: Content
    /// The update as a body that the platform could have posted: what quarantine keeps, and releases through the same door.
    let piece: @Sendable () -> [UInt8]
}

/// Whose an update is, as far as it says.
struct Recipient: Sendable, Equatable {
    /// The Instagram account, or the WhatsApp number's id.
    var account: Account?
    /// The WhatsApp business account that the number belongs to.
    var business: String?
}

extension Update {
    init(_ recipient: Recipient, _ event: ReceivedEvent?, needs feature: ChannelFeature? = nil, piece: @escaping @Sendable () -> [UInt8]) {
        let content: Content =
            if let event { feature.map { .optional(event, $0) } ?? .event(event) } else { .broken }
        self.init(recipient: recipient, content: content, piece: piece)
    }
}
