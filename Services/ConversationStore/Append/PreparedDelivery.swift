import ConversationStoreContracts
import Digest
import Domain
import Erasure

/// A request with every digest that its write needs: made where it arrives, so that the writer runs nothing but SQL.
struct PreparedDelivery: Sendable {
    let workspace: WorkspaceID
    let channel: ChannelID
    let platform: Platform
    let events: [PreparedEvent]
}

/// One event and its digests.
final class PreparedEvent: Sendable {
    let event: ChannelEvent
    /// Of the platform's id, under our own key: what an echo, a reply or a status finds its message by. Empty for what a person sent.
    let key: [UInt8]
    /// Of the message that the event is about or answers, under the same key; of the comment that a comment answers, as its tombstone has it.
    let target: [UInt8]?
    /// As the file holds them. What a person writes about somebody else's message keeps no id of it: that one may be erased.
    let details, raw: [UInt8]?
    /// Of the platform's id, under each live pepper, the newest first: the message's tombstone, should it be erased.
    let messageNames: [[UInt8]]
    /// Of the target's id, under each live pepper, where the event is nothing without it: an edit without its message, the account's own
    /// answer without the comment under which it stands.
    let targetNames: [[UInt8]]
    /// Of the person's names, under each live pepper; empty when the event names nobody.
    let personNames: [[UInt8]]
    /// Of what may be names in an event that names nobody, under each live pepper.
    let mentionedNames: [[UInt8]]
    let face: Face

    /// nil when the event lacks what its kind needs.
    fileprivate init?(_ event: ChannelEvent, of request: AppendEvents, _ digester: DeliveryDigester) {
        let aliases = event.identifyingAliases(on: request.account.platform)
        let answered = event.details?.target ?? (aliases.isEmpty ? nil : event.details?.comment?.parent)
        guard event.isComplete(on: request.account.platform) else { return nil }
        self.event = event
        key = digester.key(event, request.account, namesNobody: aliases.isEmpty)
        // A comment finds the one that it answers in its thread, where each is known by the digest of its tombstone.
        target =
            event.kind == .comment
            ? answered.flatMap { digester.erasure.digests(.message(request.account, id: $0)).first }
            : answered.map { digester.key($0, request.account) }
        details = event.details?.stored(named: !aliases.isEmpty)
        raw = answered.map { event.raw?.without($0).bytes } ?? event.raw?.bytes
        messageNames = digester.erasure.digests(.message(request.account, id: event.id))
        let needed = event.kind.needsTarget ? event.details?.target : aliases.isEmpty ? event.details?.comment?.parent : nil
        targetNames = needed.map { digester.erasure.digests(.message(request.account, id: $0)) } ?? []
        personNames = aliases.flatMap { digester.erasure.digests(.person(request.workspace, request.account, $0)) }
        mentionedNames = aliases.isEmpty ? digester.mentions(in: event, request) : []
        face = Face(request.workspace, request.channel, event.participant)
    }
}

/// Makes the digests of deliveries. No raw id of a platform reaches the file: it may carry a phone number.
struct DeliveryDigester: Sendable {
    /// Names that are looked for in one notice: more than the platforms write in any.
    static let mentionsMax = 1024

    private let lookup: HMACSHA256Key
    let erasure: ErasureDigester

    init(lookupKey: [UInt8], erasure: ErasureDigester) {
        lookup = HMACSHA256Key(lookupKey)
        self.erasure = erasure
    }

    /// Under every live pepper, as a tombstone of that person has it.
    func names(of person: Alias, on account: Account, in workspace: WorkspaceID) -> [[UInt8]] {
        erasure.digests(.person(workspace, account, person))
    }

    /// nil when an event lacks what its kind needs: the sender broke the contract.
    func prepare(_ request: AppendEvents) -> PreparedDelivery? {
        var events: [PreparedEvent] = []
        events.reserveCapacity(request.events.count)
        for event in request.events {
            guard let prepared = PreparedEvent(event, of: request, self) else { return nil }
            events.append(prepared)
        }
        return PreparedDelivery(workspace: request.workspace, channel: request.channel, platform: request.account.platform, events: events)
    }

    /// All that a notice's words could name by an id or a phone.
    fileprivate func mentions(in event: ChannelEvent, _ request: AppendEvents) -> [[UInt8]] {
        let kinds: [Alias.Kind] = request.account.platform == .instagram ? [.igsid] : [.bsuid, .phone]
        var names: Set<String> = []
        for bytes in [event.text.map { Array($0.utf8) }, event.details?.stored(named: false), event.raw?.bytes] {
            for name in MentionedNames(in: bytes ?? []) where names.count < DeliveryDigester.mentionsMax {
                names.insert(String(decoding: name, as: UTF8.self))
            }
        }
        return names.flatMap { name in
            kinds.flatMap { erasure.digests(.person(request.workspace, request.account, Alias(request.account.platform, $0, name))) }
        }
    }

    fileprivate func key(_ event: ChannelEvent, _ account: Account, namesNobody: Bool) -> [UInt8] {
        switch event.kind {
        case .echo, .reply, .status: key(event.id, account)
        // Beside a message of the same id.
        case _ where namesNobody: key("\(event.kind.rawValue)\n\(event.id)", account)
        case .message, .edit, .unsend, .reaction, .read, .postback, .referral, .comment, .preference, .identity, .template, .account,
            .other:
            []
        }
    }

    fileprivate func key(_ id: String, _ account: Account) -> [UInt8] {
        Array(lookup.authenticate(Array("\(account.platform.rawValue)\n\(account.id)\n\(id)".utf8)).prefix(16))
    }
}
