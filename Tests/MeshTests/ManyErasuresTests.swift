import DeletionCoordinatorContracts
import Domain
import Policy
import Runtime
import TestKit
import Testing

extension RealMesh {
    /// Many are erased side by side, and crashes in the middle of one.
    @Suite struct ManyErasuresTests {
        private let mesh: TestMesh
        private let shop: Shop

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh)
        }

        private func letter(_ person: Person) -> Letter { Letter(from: person, 1, sentAt: shop.now.adding(milliseconds: -60_000)) }

        @Test func manyAreErasedAtOnceEachWithProofAndNobodyElse() throws {
            let people = (1...60).map { Person(.whatsapp, $0) }
            let gone = Array(people.prefix(50))
            #expect(try shop.deliver(people.map(letter), through: mesh.webhooks()) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == people.count })

            let deletions = try gone.map { try shop.erase($0, key: "erase-\($0.number)").deletion }
            #expect(try mesh.eventually(seconds: 60) { try deletions.allSatisfy(shop.isCompleted) })

            for deletion in deletions {
                let read = try shop.state(of: deletion)
                #expect(read.deletion.found == true && read.proofs.count == MeshPlan.services.count)
                #expect(read.proofs.allSatisfy { $0.scan?.names == 1 && $0.scan?.residue == 0 && $0.scan?.other == 0 })
            }
            #expect(try FolderBytes.find(gone.flatMap(\.traces), in: mesh.folder.path) == [])
            #expect(try Stored(of: shop).texts.count == 10)
        }

        /// Rows are deleted, their bytes are not yet: a reader holds the store's log. Whoever dies then, five seconds after its start all is done.
        @Test(arguments: MeshPlan.services)
        func aCrashBetweenRowsAndBytesConvergesInFiveSeconds(_ service: Peer) throws {
            let person = Person(.whatsapp, 1)
            #expect(try shop.deliver(letter(person)) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 1 })
            let reader = try OutsideProgram.reader(of: mesh.databasePath(.conversationStore))
            let deletion = try shop.erase(person).deletion
            #expect(try mesh.eventually { try Stored(of: shop).conversations.isEmpty })
            #expect(try shop.state(of: deletion).receipts.map(\.holder) == ["intake"], "nobody has proved anything")

            mesh.kill(service)
            // The control: what was deleted stands in the files.
            #expect(try !FolderBytes.find([person.mark], in: mesh.folder.path).isEmpty)
            try reader.release()
            try mesh.start(service)

            #expect(try mesh.eventually(seconds: 5) { try shop.isCompleted(deletion) })
            #expect(try FolderBytes.find(person.traces, in: mesh.folder.path) == [])
        }
    }
}
