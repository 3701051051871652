import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import IntakeContracts
import TestKit
import Testing
import Wire

extension RealMesh {
    /// Deletion of a message, a conversation and a channel, asked for by the customer, with real processes.
    @Suite struct PartDeletionTests {
        private func complete(_ shop: Shop, _ mesh: TestMesh, _ request: RequestDeletion) throws {
            let deletion = try mesh.call(.deletionCoordinator, request).deletion
            #expect(try mesh.eventually { try shop.isCompleted(deletion) })
            #expect(try shop.state(of: deletion).legs.allSatisfy { $0.state == .proved })
        }

        @Test func partsGoWithProofStayOutAndTheirPeopleGoOn() throws {
            let mesh = try TestMesh()
            let shop = try Shop(mesh)
            let (one, other) = (Person(.whatsapp, 1), Person(.instagram, 2))
            let letters = [Letter(from: one, 1, sentAt: shop.now), Letter(from: one, 2, sentAt: shop.now)]
            for letter in letters + [Letter(from: other, 1, sentAt: shop.now)] { #expect(try shop.deliver(letter) == 200) }
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 3 })
            mesh.act(as: shop.owner, of: shop.workspace)
            let talk = try #require(try Stored(of: shop).conversation(with: one))
            let read = ReadConversation(workspace: shop.workspace, conversation: talk.id, limit: 10)
            let first = try #require(mesh.call(.conversationStore, read).messages.first { $0.text == "\(one.mark)-1" })

            try complete(
                shop, mesh, RequestDeletion(key: RequestKey("m"), workspace: shop.workspace, message: first.id, immediately: true))
            #expect(try Stored(of: shop).texts.sorted() == ["\(one.mark)-2", "\(other.mark)-1"].sorted())
            #expect(try FolderBytes.find(["\(one.mark)-1"], in: mesh.folder.path) == [])

            try complete(
                shop, mesh, RequestDeletion(key: RequestKey("c"), workspace: shop.workspace, conversation: talk.id, immediately: true))
            #expect(try Stored(of: shop).texts == ["\(other.mark)-1"])
            #expect(try FolderBytes.find(["\(one.mark)-2"], in: mesh.folder.path) == [])
            // Repeats stay out, and what is written anew goes on.
            for letter in letters { #expect(try shop.deliver(letter) == 200) }
            // The platform counts whole seconds: one of the second in which it was erased would be from before.
            #expect(try shop.deliver(Letter(from: one, 3, sentAt: shop.now.adding(milliseconds: 1000))) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.sorted() == ["\(one.mark)-3", "\(other.mark)-1"].sorted() })

            let line = try #require(shop.channels[.whatsapp])
            try complete(
                shop, mesh, RequestDeletion(key: RequestKey("l"), workspace: shop.workspace, channel: line, immediately: true))
            #expect(try Stored(of: shop).texts == ["\(other.mark)-1"])
            #expect(try FolderBytes.find(one.traces, in: mesh.folder.path) == [])
        }
    }
}
