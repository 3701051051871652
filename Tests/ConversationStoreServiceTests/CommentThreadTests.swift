import ConversationStoreContracts
import Domain
import HolderContracts
import Testing

@testable import ConversationStoreService

/// What people comment under one medium is a conversation of its own.
@Suite struct CommentThreadTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    private func comment(
        _ id: String, from person: ParticipantIdentity = ada, _ text: String, under media: String? = "media-1",
        answering parent: String? = nil
    ) -> ChannelEvent {
        var event = message(id, from: person, text)
        event.kind = .comment
        event.author = person == ParticipantIdentity() ? .business : nil
        event.details = EventDetails()
        event.details?.comment = CommentPlace()
        event.details?.comment?.media = media
        event.details?.comment?.parent = parent
        return event
    }

    private func own(_ id: String, _ text: String, answering parent: String) -> ChannelEvent {
        comment(id, from: ParticipantIdentity(), text, answering: parent)
    }

    private func listed(_ kind: ConversationKind? = nil, on channel: ChannelID? = nil) throws -> [Conversation] {
        var request = ListConversations(workspace: shop, channel: channel, limit: 100)
        request.kind = kind
        return try store.answer(request, as: .handoffContext).conversations
    }

    private func texts(_ conversation: ConversationID) throws -> [String?] { try store.read(conversation).messages.map(\.text) }

    @Test func aThreadIsReadByItselfAndTheTalkWithoutIt() throws {
        try store.append(
            message("m1", "Hello"), comment("c1", "How much?"), comment("c2", from: ben, "Me too", answering: "c1"),
            own("c3", "12 euros", answering: "c1"), comment("c4", from: ben, "Nice", under: "media-2"), message("m2", "Anyone?"))

        let threads = try listed(.comments)
        #expect(threads.map(\.media) == ["media-2", "media-1"])
        #expect(threads.map(\.participant.name) == ["Ben Example", "Ben Example"])
        let thread = try store.read(threads[1].id)
        #expect(thread.media == "media-1" && thread.channel == line.id)
        #expect(thread.messages.map(\.text) == ["How much?", "Me too", "12 euros"])
        #expect(thread.messages.map(\.author) == [.participant, .participant, .business])
        let first = thread.messages[0].id
        #expect(thread.messages.map(\.about) == [nil, first, first])
        let people = try #require(thread.participants)
        #expect(people.map(\.name) == ["Ada Sample", "Ben Example"])
        #expect(thread.messages.map(\.participant) == [people[0].id, people[1].id, nil])

        let talks = try listed(.direct)
        #expect(talks.map(\.media) == [nil] && talks.map(\.unanswered) == [2])
        #expect(try texts(talks[0].id) == ["Hello", "Anyone?"])
        #expect(try listed().map(\.id) == [talks[0].id, threads[0].id, threads[1].id])
        #expect(try listed(.comments, on: ChannelID(rawValue: "ch_other")).isEmpty)
    }

    /// Platforms keep no order, and an answer is found whenever what it answers comes.
    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func anAnswerFindsItsCommentInWhateverOrderTheyCome(order: [Int]) throws {
        let events = [
            comment("c1", "How much?"), comment("c2", from: ben, "Me too", answering: "c1"), own("c3", "12 euros", answering: "c1")
        ]
        for place in order { try store.append(events[place]) }
        try store.reopen()
        #expect(try store.append(events).repeated == 3)

        let messages = try store.read(listed(.comments)[0].id).messages
        let question = try #require(messages.first { $0.text == "How much?" }).id
        #expect(messages.map { "\($0.text ?? "") \($0.about == question)" }.sorted() == ["12 euros true", "How much? false", "Me too true"])
    }

    @Test func pagesOfAThreadGoOnBeforeTheirOldest() throws {
        try store.append((0..<5).map { comment("c\($0)", from: $0 % 2 == 0 ? ada : ben, "comment \($0)") })
        try store.append(own("a1", "Thanks", answering: "c4"))
        let thread = try listed(.comments)[0].id

        let page = try store.read(thread, limit: 2)
        #expect(page.messages.map(\.text) == ["comment 4", "Thanks"])
        let before = try store.read(thread, limit: 3, before: page.messages[0].id)
        #expect(before.messages.map(\.text) == ["comment 1", "comment 2", "comment 3"])
        #expect(before.participant.name == "Ben Example")
    }

    @Test func anErasureOfOneCommenterLeavesTheOthers() throws {
        try store.append(
            comment("c1", "How much is the walnut one?"), comment("c2", from: ben, "Me too", answering: "c1"),
            own("c3", "@ada 12 euros", answering: "c1"), own("c4", "Hi Ben", answering: "c2"), comment("c5", "Alone here", under: "media-2")
        )
        try store.index()
        let threads = try listed(.comments)

        try store.erase(adasPhone)

        #expect(try listed(.comments).map(\.id) == [threads[1].id])
        let thread = try store.read(threads[1].id)
        #expect(thread.messages.map(\.text) == ["Me too", "Hi Ben"])
        #expect(thread.messages.map(\.about) == [nil, thread.messages[0].id])
        #expect(thread.participants?.map(\.name) == ["Ben Example"])
        #expect(try store.search(SearchConversations(workspace: shop, query: "walnut", limit: 9)).messages.isEmpty)
        // Where nobody comments any more no thread is left, and nothing that says under what they did.
        #expect(try !store.filesHold("media-2"))
        // Control: the one who stays is found, and so is what they commented on.
        #expect(
            try store.search(SearchConversations(workspace: shop, query: "me too", limit: 9)).messages.map(\.conversation) == [
                threads[1].id
            ])
        #expect(try store.filesHold("media-1"))
    }

    /// The workspace's end takes its threads.
    @Test func nothingOfAThreadOutlivesItsWorkspace() throws {
        try store.append(comment("c1", "How much?"), own("c2", "12 euros", answering: "c1"))
        while try store.erasePortion(of: shop, limit: 1).values.contains(where: { $0 > 0 }) {}
        #expect(try store.rows("conversations") == 0 && store.rows("notices") == 0)
    }

    @Test func aThreadIsClosedUntilSomebodyComments() throws {
        try store.append(message("m1"), comment("c1", "How much?"))
        let thread = try listed(.comments)[0].id
        var close = UpdateConversation(workspace: shop, conversation: thread)
        close.closed = true
        let request = close
        _ = try store.database.writer.write("close") { [store = store.service.store] in try store.update(request, at: noon, $0) }

        try store.append(message("m2"), own("c2", "12 euros", answering: "c1"))
        #expect(try listed(.comments).map(\.closedAt) == [noon] && listed(.comments).map(\.unanswered) == [0])
        try store.append(comment("c3", from: ben, "And in red?"))
        #expect(try listed(.comments).map(\.closedAt) == [nil] && listed(.comments).map(\.unanswered) == [1])
    }

    @Test func theFeedTellsWhoCommentedAndWhereItIsRead() throws {
        try store.append(message("m1"), comment("c1", "How much?"), comment("c2", "And in red?", under: nil))
        let (talk, threads) = (try listed(.direct)[0], try listed(.comments))

        let changes = try store.feed().changes
        #expect(changes.map(\.conversation) == [talk.id, talk.id, talk.id])
        #expect(changes.map(\.thread) == [nil, threads[1].id, threads[0].id])
        #expect(threads.map(\.media) == ["", "media-1"])
    }

    @Test func whoIsHeldLeavesTheThread() throws {
        try store.append(comment("c1", "How much?"), comment("c2", from: ben, "Me too"), comment("c3", "Alone here", under: "media-2"))
        let subject = try store.answer(
            CollectSubject(subject: Subject(workspace: shop, aliases: [adasPhone])), as: .deletionCoordinator
        ).subject
        _ = try store.database.writer.write("set aside") { [store = store.service.store] in try store.setAside(subject, $0) }

        let threads = try listed(.comments)
        #expect(threads.map(\.media) == ["media-1"])
        #expect(try texts(threads[0].id) == ["Me too"])
        #expect(try store.rows("messages") == 3)
    }

    /// A hundred threads and a talk with each commenter: a page of one kind never walks through the other.
    @Test func eachKindHasAnIndexOfItsOwn() throws {
        for (kind, index) in [
            ("media IS NOT NULL AND listed IS NOT NULL", "threads_by_activity"), ("media IS NULL", "conversations_by_activity")
        ] {
            let plan = try store.database.read { connection in
                var plan: [String] = []
                try connection.each(
                    "EXPLAIN QUERY PLAN SELECT id FROM conversations WHERE workspace = ?1 AND listed < ?2 AND \(kind) ORDER BY listed DESC",
                    .text("ws_shop"), .integer(9)
                ) { plan.append($0.text(3)) }
                return plan.joined(separator: "\n")
            }
            #expect(plan.contains(index) && !plan.contains("TEMP B-TREE"))
        }
    }
}
