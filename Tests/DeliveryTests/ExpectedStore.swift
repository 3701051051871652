import ConversationStoreContracts
import Domain
import SQLite

/// What the store holds of one workspace, or must hold: each person's items, whatever the order in which they came.
struct ExpectedStore: Equatable, CustomStringConvertible {
    var items: [PlannedPerson: [String]] = [:]
    var objectsToMarketing: Set<PlannedPerson> = []
    var notices: [String] = []
    /// Statuses that wait for a message that nobody told of.
    var waitingStatuses = 0

    var description: String {
        let people = items.map { person, items in "\(person.aliases.map(\.value)): \(items.sorted().joined(separator: " | "))" }.sorted()
        return "\(people.joined(separator: "\n"))\nobject: \(objectsToMarketing.count), notices: \(notices), waiting: \(waitingStatuses)"
    }

    /// The model: what these updates mean together.
    init(_ updates: some Sequence<PlannedUpdate>) {
        var planned: [Item] = []
        var statuses: [String: Set<Int>] = [:]
        var words: [PlannedPerson: (at: Int64, objects: Bool)] = [:]
        for update in Set(updates) {
            switch update.effect {
            case .item(let item): planned.append(item)
            case .status(let id, let rank): statuses["\(update.account.id) \(id)", default: []].insert(rank)
            case .preference(let item, let objects, let time):
                planned.append(item)
                if words[item.person].map({ $0.at < time }) ?? true { words[item.person] = (time, objects) }
            case .notice(let text): notices.append(text)
            case .broken, .nothing: break
            }
        }
        // Their words go with what was withdrawn, though it never came.
        let withdrawn = Set(planned.filter { $0.kind == "unsend" }.compactMap(\.subject))
        for item in planned where item.kind != "edit" || !(item.subject.map(withdrawn.contains) ?? false) {
            let ranks = item.id.flatMap { statuses.removeValue(forKey: "\(item.person.account.id) \($0)") }
            items[item.person, default: []].append(item.described(status: ranks?.max()))
        }
        for person in items.keys { items[person]?.sort() }
        objectsToMarketing = Set(words.filter(\.value.objects).keys)
        notices.sort()
        waitingStatuses = statuses.values.map(\.count).reduce(0, +)
    }

    /// The store, read as a person reads it.
    init(of workspace: WorkspaceID, channels: [ChannelID: Account], people: [PlannedPerson], _ rig: DeliveryRig) throws {
        var owners: [Account: [Alias: PlannedPerson]] = [:]
        for person in people { for alias in person.aliases { owners[person.account, default: [:]][alias] = person } }
        var before: ListConversations.PageMark?
        while true {
            let page = try rig.store(ListConversations(workspace: workspace, limit: 100, before: before), as: .handoffContext).conversations
            for conversation in page {
                let known = owners[channels[conversation.channel] ?? Account()] ?? [:]
                let person = try ExpectedStore.person(conversation.participant, known)
                if conversation.participant.marketingObjectionAt != nil { objectsToMarketing.insert(person) }
                for page in try pages(of: conversation, in: workspace, rig) {
                    for message in page.messages {
                        if conversation.media == nil {
                            items[person, default: []].append(ExpectedStore.item(message))
                        } else if let commenter = page.participants?.first(where: { $0.id == message.participant }) {
                            items[try ExpectedStore.person(commenter, known), default: []].append(ExpectedStore.item(message))
                        }  // Else the account's own: a notice.
                    }
                }
            }
            guard let last = page.last else { break }
            before = ListConversations.PageMark(lastMessage: last.lastMessage)
        }
        for person in items.keys { items[person]?.sort() }
        let told = try rig.notices(ListNotices(workspace: workspace, limit: 100))
        notices = told.map { "\($0.kind.rawValue) \($0.text ?? $0.details?.template?.name ?? "-")" }.sorted()
        waitingStatuses = try rig.storeDatabase.read { connection in
            try connection.first(
                "SELECT count(*) FROM pending_statuses WHERE conversation IN (SELECT id FROM conversations WHERE workspace = ?)",
                .text(workspace.rawValue)
            ) { Int($0.int(0)) } ?? 0
        }
    }

    /// Whom a participant's names lead to.
    private static func person(_ participant: Participant, _ owners: [Alias: PlannedPerson]) throws -> PlannedPerson {
        let names = participant.aliases.filter { $0.kind != .username }
        let known = Set(names.compactMap { owners[$0] })
        guard known.count == 1, let person = known.first else { throw Mixed(names: names.count, people: known.count) }
        return person
    }

    private func pages(
        of conversation: Conversation, in workspace: WorkspaceID, _ rig: DeliveryRig
    ) throws -> [ReadConversation.Response] {
        var pages: [ReadConversation.Response] = []
        while true {
            let before = pages.last?.messages.first?.id
            let request = ReadConversation(workspace: workspace, conversation: conversation.id, limit: 200, before: before)
            let page = try rig.store(request, as: .handoffContext)
            if page.messages.isEmpty { return pages }
            pages.append(page)
        }
    }

    private static func item(_ message: Message) -> String {
        let item = Item(
            person: PlannedPerson.nobody, kind: message.kind.rawValue, author: message.author.rawValue, type: message.type,
            text: message.text, origin: message.origin?.rawValue)
        return item.described(status: message.status.map { [.sent: 0, .failed: 1, .delivered: 2, .read: 3, .played: 4][$0] ?? -1 })
    }

    /// One participant with names of several people, or of nobody whom the plan knows.
    struct Mixed: Error { let names, people: Int }
}

extension PlannedPerson {
    static let nobody = PlannedPerson(account: Account(), igsid: nil, phone: nil, user: nil, laterPhone: nil, laterUser: nil)
}
