import DeletionCoordinatorContracts
import Domain
import IntakeContracts
import TestKit
import Testing

extension RealMesh {
    /// The end of an agreement, with real processes: all of one workspace goes, nothing of another.
    @Suite struct TerminationTests {
        @Test func anEndedWorkspaceTakesNothingMoreInAndGoesWholeWhenItsTimeComes() throws {
            let mesh = try TestMesh()
            let (ending, staying) = (try Shop(mesh, 1), try Shop(mesh, 2))
            let people = (1...30).map { Person(.whatsapp, $0) }
            let other = Person(.whatsapp, 99)
            for person in people { #expect(try ending.deliver(Letter(from: person, 1, sentAt: ending.now)) == 200) }
            #expect(try staying.deliver(Letter(from: other, 1, sentAt: staying.now)) == 200)
            #expect(try mesh.eventually { try Stored(of: ending).texts.count == people.count })

            mesh.act(as: ending.owner, of: ending.workspace)
            _ = try mesh.call(.intake, TerminateWorkspace(workspace: ending.workspace))
            #expect(try ending.deliver(Letter(from: people[0], 2, sentAt: ending.now)) == 200)
            #expect(try ending.metric("inbox.ended") == 1)
            var deletion: Deletion?
            #expect(
                try mesh.eventually {
                    deletion = try mesh.call(.deletionCoordinator, ListDeletions(workspace: ending.workspace, limit: 1)).deletions.first
                    return deletion?.state == .scheduled
                })
            let id = try #require(deletion).id
            #expect(deletion?.kind == .workspace && deletion?.source == .termination)
            // Its owner need not wait.
            _ = try mesh.call(.deletionCoordinator, ApproveDeletion(workspace: ending.workspace, deletion: id, immediately: true))
            #expect(try mesh.eventually { try ending.isCompleted(id) })

            let read = try ending.state(of: id)
            #expect(read.deletion.found == true && read.legs.allSatisfy { $0.state == .proved })
            #expect(read.receipts.first { $0.holder == "conversation-store" }?.rows["participants"] == Int64(people.count))
            #expect(try FolderBytes.find(people.flatMap(\.traces), in: mesh.folder.path) == [])
            #expect(try Stored(of: staying).texts == ["\(other.mark)-1"])
        }
    }
}
