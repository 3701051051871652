import ConversationStoreContracts
import Domain
import HolderContracts
import Testing

@testable import ConversationStoreService

/// What each of the workspace's people has not read.
@Suite struct MemberReadsTests {
    private let store: StoreFixture
    private let kim = MemberID(rawValue: "mem_kim")
    private let lee = MemberID(rawValue: "mem_lee")

    init() throws { store = try StoreFixture() }

    private func comment(_ id: String, from person: ParticipantIdentity = ada) -> ChannelEvent {
        var event = message(id, from: person)
        event.kind = .comment
        return event
    }

    private func listed(for member: MemberID?) throws -> [Conversation] {
        let request = ListConversations(workspace: shop, limit: 100)
        return try store.database.read { try store.service.store.list(request, for: member, $0).conversations }
    }

    private func unread(by member: MemberID?) throws -> [Int64?] { try listed(for: member).map(\.unread) }

    @discardableResult
    private func mark(_ conversation: ConversationID, until message: MessageID, by member: MemberID) throws -> Int64? {
        let request = MarkConversationRead(workspace: shop, conversation: conversation, until: message)
        return try store.database.writer.write("read") { [store = store.service.store] in try store.markRead(request, by: member, $0) }
    }

    @Test func eachMemberHasAMarkThatNeverGoesBack() throws {
        try store.append(message("m1"), message("m2"), echo("w1"), happening(.reaction, "r1", to: "w1", "+"), message("m3"))
        let id = try store.list()[0].id
        let messages = try store.read(id).messages
        #expect(try unread(by: kim) == [3] && unread(by: nil) == [nil])

        #expect(try mark(id, until: messages[1].id, by: kim) == 1)
        #expect(try mark(id, until: messages[0].id, by: kim) == 1)
        #expect(try unread(by: kim) == [1] && unread(by: lee) == [3])

        // What is yet to come nobody has read.
        #expect(try mark(id, until: MessageID(rawValue: .max), by: kim) == 0)
        try store.append(message("m4"), happening(.unsend, "u1", to: "m4"), message("m5"))
        #expect(try unread(by: kim) == [1])
    }

    @Test func moreThanAHundredCountAsAHundred() throws {
        try store.append((0..<120).map { message("m\($0)") })
        #expect(try unread(by: kim) == [Conversation.unreadMax])
    }

    @Test func commentsAreReadInTheirThread() throws {
        try store.append(message("m1"), comment("c1"), comment("c2", from: ben))
        let conversations = try store.list()
        #expect(try unread(by: kim) == [2, 1])

        try mark(conversations[0].id, until: conversations[0].lastMessage, by: kim)
        #expect(try unread(by: kim) == [0, 1])
    }

    @Test func anotherWorkspacesConversationIsUnknown() throws {
        try store.append(
            [message("m1")], on: Channel(WorkspaceID(rawValue: "ws_else"), ChannelID(rawValue: "ch_else"), Account(.whatsapp, "7")))
        #expect(try mark(ConversationID(rawValue: 1), until: MessageID(rawValue: 1), by: kim) == nil)
        #expect(try store.rows("member_reads") == 0)
    }

    @Test func aMarkGoesWithItsConversationAndWithItsMember() throws {
        try store.append(message("m1"), message("b1", from: ben), comment("c1"))
        for conversation in try store.list() {
            for member in [kim, lee] { try mark(conversation.id, until: conversation.lastMessage, by: member) }
        }

        #expect(try store.erase(adasPhone).rows["member_reads"] == 2)
        // The thread went with its only comment.
        #expect(try store.rows("member_reads") == 2)

        let subject = Subject(workspace: shop, members: [kim])
        #expect(try store.answer(CollectSubject(subject: subject), as: .deletionCoordinator).rows["member_reads"] == 1)
        let receipt = try store.answer(EraseSubject(deletion: DeletionID(rawValue: 7), subject: subject), as: .deletionCoordinator)
        #expect(receipt.rows["member_reads"] == 1)
        #expect(try !store.filesHold("mem_kim"))
        // Control: the other's mark stands.
        #expect(try unread(by: lee) == [0] && store.filesHold("mem_lee"))
    }
}
