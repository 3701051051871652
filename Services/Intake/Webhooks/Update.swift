import ConversationStoreContracts
import Domain
import IntakeContracts
import Wire

/// One update of a delivery, apart from its neighbours: what it is, whose, and how it looks as a delivery of its own.
struct Update: Sendable {
    enum Content: Sendable {
        case event(ReceivedEvent)
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
    /// Nothing of it is taken or kept for a channel that has this off, be it broken.
    var needs: ChannelFeature?
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

    /// As we keep it; nil for what can be none.
    var knownBusiness: String? { business.flatMap { $0.utf8.count <= 64 ? $0 : nil } }
}

extension Update {
    var namesPerson: Bool {
        switch content {
        case .event(let received): received.event.participant != ParticipantIdentity()
        case .broken, .accountEnded, .addressBook, .test: false
        }
    }

    /// An update in which a name stands twice can be read in two ways: it is taken in neither. Reads the piece once more, so only for a
    /// delivery in which that was seen.
    var brokenIfAmbiguous: Update {
        do throws(WireError) {
            guard try JSONView(checking: piece()).hasRepeatedNames else { return self }
        } catch {
            preconditionFailure("a piece is made of checked JSON")
        }
        return Update(recipient, nil, needs: needs, piece: piece)
    }

    init(_ recipient: Recipient, _ event: ReceivedEvent?, needs feature: ChannelFeature? = nil, piece: @escaping @Sendable () -> [UInt8]) {
        self.init(recipient: recipient, needs: feature, content: event.map { .event($0) } ?? .broken, piece: piece)
    }
}
