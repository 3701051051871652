import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import Foundation
import Policy
import Runtime
import TestKit
import Testing
import Wire

extension RealMesh {
    /// Backups of a mesh that works, and what comes back with them: everybody but whom it has forgotten.
    @Suite(.enabled(if: Launcher.isThere, "the launcher or a binary is not there"))
    struct RestoreTests {
        private let mesh: TestMesh
        private let shop: Shop
        private let backups: TemporaryFolder
        private let gone = [Person(.whatsapp, 1), Person(.instagram, 2)]
        private let stays = Person(.whatsapp, 3)

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh)
            backups = try TemporaryFolder()
        }

        private func letter(_ person: Person, _ number: Int) -> Letter {
            Letter(from: person, number, sentAt: shop.now.adding(milliseconds: -60_000))
        }

        /// Runs `meshctl` or the launcher against this mesh's folder; returns exit code and what was said.
        private func run(_ program: String, _ words: String...) throws -> (code: Int32, output: String) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = words + ["--data", mesh.folder.path, "--base-port", "0"]
            process.environment = ProcessInfo.processInfo.environment.merging(["LAUNCHER_BINARIES": TestMesh.binaries]) { $1 }
            let output = Pipe()
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let said = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: said, as: UTF8.self))
        }

        /// Returns the folder of the new backup.
        private func backUp() throws -> String {
            let made = try run("\(TestMesh.binaries)/meshctl", "backup", backups.path)
            #expect(made.code == 0, "\(made.output)")
            return "\(backups.path)/\(try FileManager.default.contentsOfDirectory(atPath: backups.path).sorted().last ?? "none")"
        }

        private func restore(_ set: String) throws {
            #expect(mesh.stopAll() == [0, 0, 0, 0])
            let restored = try run(Launcher.path, "restore", set, "--replace")
            #expect(restored.code == 0, "\(restored.output)")
            #expect(!FileManager.default.fileExists(atPath: mesh.folder.path("run/mesh.pid")), "no launcher lives")
        }

        private func startAll() throws { for service in MeshPlan.services { try mesh.start(service) } }

        private func fill() throws {
            for person in gone + [stays] { #expect(try shop.deliver(letter(person, 1), letter(person, 2)) == 200) }
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 6 })
        }

        private func erase(_ person: Person) throws {
            let accepted = try shop.erase(person, key: "erase-\(person.number)")
            #expect(try mesh.eventually { try shop.isCompleted(accepted.deletion) })
        }

        @Test func whoWasErasedAfterABackupDoesNotComeBackWithIt() throws {
            try fill()
            let set = try backUp()
            for person in gone { try erase(person) }
            let register = try mesh.call(.deletionCoordinator, ListBackups(limit: 10)).backups
            let listed = try run("\(TestMesh.binaries)/meshctl", "backup", "list")
            #expect(register.count == 1 && listed.output.contains("days old"))
            let page = try mesh.call(.deletionCoordinator, ListDeletions(limit: 1)).deletions
            #expect(page.first?.lastCopyExpiresAt == register.first?.expiresAt, "people are told when the backup ends")
            #expect(try shop.deliver(letter(stays, 3)) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 3 })
            // Control: the backup has them.
            #expect(try !FolderBytes.find(gone.flatMap(\.traces), in: set).isEmpty)

            try restore(set)
            try startAll()

            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 2 }, "who stays is as the backup had them")
            #expect(try FolderBytes.find(gone.flatMap(\.traces), in: mesh.folder.path) == [])
            // What the platform repeats of them stays out; somebody new gets a number that nobody had.
            for person in gone { #expect(try shop.deliver(letter(person, 2)) == 200) }
            let newcomer = Person(.whatsapp, 9)
            #expect(try shop.deliver(letter(newcomer, 1)) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).conversation(with: newcomer) != nil })
            #expect(try shop.settle())
            #expect(try FolderBytes.find(gone.flatMap(\.traces), in: mesh.folder.path) == [])
            #expect(try Stored(of: shop).texts.count == 3)
        }

        /// The same without the tombstones' return, so that the test above can fail.
        @Test func aBackupThatIsTakenForTheFileItselfBringsThemBack() throws {
            try fill()
            let set = try backUp()
            for person in gone { try erase(person) }
            try restore(set)
            for service in MeshPlan.services { try CopiedFiles.forgetThatItIsACopy(mesh.databasePath(service)) }
            try startAll()
            #expect(try !FolderBytes.find(gone.flatMap(\.traces), in: mesh.folder.path).isEmpty)
        }

        @Test func withoutTheJournalNobodyIsServed() throws {
            try fill()
            try erase(gone[0])
            let set = try backUp()
            try restore(set)
            let journal = mesh.folder.path("erasures.journal")
            try FileManager.default.moveItem(atPath: journal, toPath: journal + ".away")

            let failure = #expect(throws: TestMesh.NotReady.self) { try mesh.start(.conversationStore) }
            #expect(failure?.log.contains("erasures.journal") == true)

            try FileManager.default.moveItem(atPath: journal + ".away", toPath: journal)
            try startAll()
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 4 })
        }

        @Test func aBackupThatWasChangedIsNotRestored() throws {
            try fill()
            let set = try backUp()
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: "\(set)/intake.sqlite"))
            try file.seek(toOffset: 4096)
            try file.write(contentsOf: Data([1, 2, 3]))
            try file.close()
            #expect(mesh.stopAll() == [0, 0, 0, 0])

            let refused = try run(Launcher.path, "restore", set, "--replace")
            #expect(refused.code != 0)
            #expect(refused.output.contains("was changed"))
            let kept = try run(Launcher.path, "restore", set)
            #expect(kept.code != 0)
            try startAll()
            #expect(try Stored(of: shop).texts.count == 6)
        }
    }
}
