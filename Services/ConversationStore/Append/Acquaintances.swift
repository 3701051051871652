import ConversationStoreContracts
import Domain

/// The conversations of faces seen lately, so that the next event of one needs no search. Lives on the writer's thread.
///
/// It holds only what was committed: a job hands over what it learned after its commit, by `learn`, and only if nothing was forgotten
/// since the job ran. Whoever deletes or changes what faces lead to calls `forgetAll` inside the transaction: should that be rolled back,
/// only speed is lost.
struct Acquaintances {
    static let countMax = 32_768

    private(set) var generation = 0
    // Two halves: when the younger is full the older goes. What is used moves to the younger.
    private var young: [Face: ConversationPlace] = [:]
    private var old: [Face: ConversationPlace] = [:]

    var count: Int { young.count + old.count }

    mutating func find(_ face: Face) -> ConversationPlace? {
        if let place = young[face] { return place }
        guard let place = old[face] else { return nil }
        insert(face, place)
        return place
    }

    mutating func learn(_ learned: [Face: ConversationPlace], generation: Int) {
        guard generation == self.generation else { return }
        for (face, place) in learned { insert(face, place) }
    }

    mutating func forgetAll() {
        generation += 1
        young = [:]
        old = [:]
    }

    private mutating func insert(_ face: Face, _ place: ConversationPlace) {
        if young.count >= Acquaintances.countMax / 2 {
            old = young
            young = [:]
        }
        young[face] = place
    }
}

/// Where a person's messages on a channel go.
struct ConversationPlace: Equatable, Sendable {
    let conversation: ConversationID
    /// Its place in the list of conversations; nil when it has no message yet. A committed one never falls, so memory may only be behind.
    var listed: MessageID?
}

/// Everything that an event says about who it is with: equal faces lead to one conversation and teach nothing new.
struct Face: Hashable, Sendable {
    let workspace: WorkspaceID
    let channel: ChannelID
    let igsid, bsuid, phone, username, name: String?
    /// Made where the event arrives: the writer has better things to do than to hash seven strings.
    private let hash: Int

    init(_ workspace: WorkspaceID, _ channel: ChannelID, _ person: ParticipantIdentity) {
        self.workspace = workspace
        self.channel = channel
        igsid = person.igsid
        bsuid = person.bsuid
        phone = person.phone
        username = person.username
        name = person.name
        var hasher = Hasher()
        hasher.combine(workspace)
        hasher.combine(channel)
        for value in [igsid, bsuid, phone, username, name] { hasher.combine(value) }
        hash = hasher.finalize()
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
