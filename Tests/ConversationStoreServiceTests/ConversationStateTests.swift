import ConversationStoreContracts
import Domain
import HolderContracts
import Testing

@testable import ConversationStoreService

/// Who looks after a conversation, and whether it is closed.
@Suite struct ConversationStateTests {
    private let store: StoreFixture
    private let kim = MemberID(rawValue: "mem_kim")

    init() throws { store = try StoreFixture() }

    @discardableResult
    private func update(_ change: (inout UpdateConversation) -> Void, at time: Timestamp = noon) throws -> UpdateConversation.Response? {
        var request = UpdateConversation(workspace: shop, conversation: try #require(try store.list().first).id)
        change(&request)
        let wanted = request
        return try store.database.writer.write("update") { [store = store.service.store] in try store.update(wanted, at: time, $0) }
    }

    private func listed(_ change: (inout ListConversations) -> Void = { _ in }) throws -> [Conversation] {
        var request = ListConversations(workspace: shop, limit: 100)
        change(&request)
        return try store.answer(request, as: .handoffContext).conversations
    }

    @Test func aClosedConversationIsOpenOnceThePersonWrites() throws {
        try store.append(message("m1"), echo("w1"))
        #expect(try update { $0.closed = true }?.closedAt == noon)
        #expect(try update({ $0.closed = true }, at: noon.adding(seconds: 9))?.closedAt == noon)
        #expect(try listed().map(\.closedAt) == [noon])

        // What the person doesn't say opens nothing.
        try store.append(
            echo("w2"), happening(.reaction, "r1", to: "w1", "+"), happening(.read, "r2", to: "w1"), status("w1", .delivered))
        #expect(try listed().map(\.closedAt) == [noon])

        try store.append(message("m2"))
        #expect(try listed().map(\.closedAt) == [nil])
        #expect(try update { $0.closed = true }?.closedAt == noon)
        #expect(try update { $0.closed = false }?.closedAt == nil)
    }

    @Test func conversationsAreListedByAssigneeAndState() throws {
        try store.append(message("b1", from: ben), message("m1"))
        try update { $0.assignee = kim }
        try update { $0.closed = true }
        let (adas, bens) = (try store.list()[0].id, try store.list()[1].id)

        #expect(try listed { $0.assignee = kim }.map(\.id) == [adas])
        #expect(try listed { $0.open = true }.map(\.id) == [bens])
        #expect(try listed { $0.open = false }.map(\.id) == [adas])
        #expect(try listed().map(\.assignee) == [kim, nil])
        #expect(try update { $0.unassigned = true }?.assignee == nil)
        #expect(try listed { $0.assignee = kim }.isEmpty)
    }

    @Test func anotherWorkspacesConversationIsUnknown() throws {
        try store.append(message("m1"))

        #expect(try update { $0.workspace = WorkspaceID(rawValue: "ws_other") } == nil)
    }

    @Test func aMemberWhoGoesIsNobodysAssignee() throws {
        try store.append(message("m1"))
        try update { $0.assignee = kim }
        let subject = Subject(workspace: shop, members: [kim])
        #expect(try store.answer(CollectSubject(subject: subject), as: .deletionCoordinator).rows["conversations"] == 1)

        let receipt = try store.answer(EraseSubject(deletion: DeletionID(rawValue: 7), subject: subject), as: .deletionCoordinator)

        #expect(receipt.rows["conversations"] == 1 && receipt.rows["messages"] == 0)
        #expect(try listed().map(\.assignee) == [nil])
        #expect(try !store.filesHold("mem_kim"))
    }
}
