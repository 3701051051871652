import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import TestKit
import Testing
import Wire

extension RealMesh {
    /// A legal hold between a person's wish and its erasure, with real processes.
    @Suite struct HoldTests {
        @Test func heldDataLeavesUseStaysInTheFilesAndGoesWhenTheHoldIsLifted() throws {
            let mesh = try TestMesh()
            let shop = try Shop(mesh)
            let (held, other) = (Person(.instagram, 1), Person(.instagram, 2))
            for person in [held, other] { #expect(try shop.deliver(Letter(from: person, 1, sentAt: shop.now)) == 200) }
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 2 })
            let conversation = try #require(try Stored(of: shop).conversation(with: held))
            try mesh.actAsPrivacyOfficer()
            let placing = PlaceHold(
                key: RequestKey("hold"), workspace: shop.workspace, person: held.alias, ground: .legalClaims, scope: [.messages])
            let hold = try mesh.call(.deletionCoordinator, placing).hold
            mesh.act(as: shop.owner, of: shop.workspace)

            let deletion = try shop.erase(held).deletion
            #expect(try mesh.eventually { try shop.state(of: deletion).deletion.state == .held })

            // Out of use: nobody lists, reads or follows it; but it is there.
            #expect(try Stored(of: shop).texts == ["\(other.mark)-1"])
            #expect(throws: NotAnswered.self) {
                try mesh.call(.conversationStore, ReadConversation(workspace: shop.workspace, conversation: conversation.id, limit: 10))
            }
            #expect(try !FolderBytes.find([held.mark], in: mesh.folder.path).isEmpty)
            // What they write from now on is a new relationship, and nothing of the old comes with it.
            #expect(try shop.deliver(Letter(from: held, 2, sentAt: shop.now)) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.sorted() == ["\(held.mark)-2", "\(other.mark)-1"].sorted() })

            try mesh.actAsPrivacyOfficer()
            _ = try mesh.call(.deletionCoordinator, LiftHold(hold: hold))
            #expect(try mesh.eventually { try shop.isCompleted(deletion) })
            #expect(try FolderBytes.find(["\(held.mark)-1"], in: mesh.folder.path) == [])
            #expect(try Stored(of: shop).texts.count == 2)
        }
    }
}
