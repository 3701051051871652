import DeletionCoordinatorContracts
import Domain
import Glibc
import MeshContracts
import Policy
import Runtime
import TestKit
import Testing

extension RealMesh {
    /// kill -9 of every process, again and again, while people write and ask to be forgotten.
    @Suite struct KillTests {
        @Test func killsUnderLoadLoseNothingDoubleNothingAndFinishEveryErasure() throws {
            var plan = KillPlan()
            print("kills: \(plan.killCount), seed: \(plan.seed)")
            let mesh = try TestMesh()
            let shop = try Shop(mesh)
            let load = WebhookLoad(shop, seed: plan.seed)
            var erasures = Erasures(shop)

            load.start()
            #expect(try mesh.eventually { try Stored(of: shop).conversations.count > WebhookLoad.personCount / 2 })
            var killed: [Peer: Int] = [:]
            for index in 0..<plan.killCount {
                let kill = plan.next(index)
                killed[kill.service, default: 0] += 1
                mesh.kill(kill.service)
                if let delay = kill.againAfterMicroseconds {
                    try mesh.begin(kill.service)
                    usleep(delay)  // The fault's own time: it hits the start at any point.
                    mesh.kill(kill.service)
                    killed[kill.service, default: 0] += 1
                }
                try mesh.start(kill.service)
                if index % KillPlan.killsPerErasure == 0 {
                    let person = plan.nextPerson()
                    if load.ends(person) { erasures.ask(for: person) }
                }
                _ = erasures.tryOnce()
                usleep(kill.pauseMicroseconds)  // The pace of the faults, not a wait for anything.
            }
            #expect(mesh.eventually { erasures.tryOnce() })
            let sent = load.stop()
            let total = killed.values.reduce(0, +)
            let ofEach = killed.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
            print("killed \(total) times: \(ofEach); \(load.deliveries) deliveries")
            print("\(sent.acknowledgedCount) of \(sent.letters.count) letters acknowledged, \(sent.erased.count) people erased")
            #expect(total >= plan.killCount && killed.count == MeshPlan.services.count)
            #expect(!sent.erased.isEmpty)

            try check(sent, shop, erasures.accepted)
        }

        private func check(_ sent: SentLetters, _ shop: Shop, _ deletions: [DeletionID]) throws {
            let mesh = shop.mesh
            #expect(try shop.settle(), "the outbox does not empty")
            #expect(try mesh.eventually(seconds: 60) { try deletions.allSatisfy(shop.isCompleted) }, "a deletion is left half done")
            #expect(deletions.count == sent.erased.count)
            for deletion in deletions {
                let result = try shop.state(of: deletion)
                #expect(result.receipts.map(\.holder) == MeshPlan.services.map(\.rawValue))
                #expect(result.proofs.count == MeshPlan.services.count && result.deletion.found == true)
            }
            // Once more, all that the erased people ever wrote.
            let door = try mesh.webhooks()
            for letter in sent.letters.values where sent.erased.contains(letter.person) {
                #expect(try shop.deliver([letter], through: door) == 200)
            }
            #expect(try shop.settle())

            let stored = try Stored(of: shop)
            #expect(sent.problems(in: stored) == [])
            #expect(try mesh.eventually { try Sessions.difference(mesh) == [] }, "the contexts do not follow the conversations")
            #expect(mesh.stopAll() == [0, 0, 0, 0])
            for service in MeshPlan.services {
                #expect(try OutsideProgram.rows(of: mesh.databasePath(service), "PRAGMA integrity_check") == ["ok"])
            }
            let traces = sent.erased.flatMap(\.traces)
            #expect(try FolderBytes.find(traces, in: mesh.folder.path) == [])
            try checkTheChecks(sent, shop, stored)
        }

        /// Each check must be able to fail: on files that were changed behind the mesh's back, it does.
        private func checkTheChecks(_ sent: SentLetters, _ shop: Shop, _ stored: Stored) throws {
            let mesh = shop.mesh
            let living = try #require(WebhookLoad.people.first { !sent.erased.contains($0) && stored.conversation(with: $0) != nil })
            #expect(try !FolderBytes.find(living.traces, in: mesh.folder.path).isEmpty)

            let acknowledged = sent.letters.values.filter { sent.isAcknowledged[$0.text] == true && !sent.erased.contains($0.person) }
            let texts = acknowledged.map(\.text).sorted()
            let path = mesh.databasePath(.conversationStore)
            try OutsideProgram.change(path, "DELETE FROM messages WHERE text = '\(texts[0])'")
            try OutsideProgram.change(path, "UPDATE messages SET text = '\(texts[1])' WHERE text = '\(texts[2])'")
            let session = "SELECT max(conversation) FROM sessions"
            try OutsideProgram.change(mesh.databasePath(.handoffContext), "DELETE FROM sessions WHERE conversation = (\(session))")
            #expect(try Sessions.difference(mesh) != [])
            try mesh.start(.intake)
            try mesh.start(.conversationStore)
            #expect(sent.problems(in: try Stored(of: shop)) == ["doubled: \(texts[1])", "lost: \(texts[0])", "lost: \(texts[2])"])
            // An erased person of whom one letter came back.
            var forgetful = sent
            forgetful.erased.insert(living)
            #expect(forgetful.problems(in: stored).contains("known again: \(living.mark)"))
        }
    }
}

/// The deletions that people asked for; asked for again until the coordinator has said that it has them.
private struct Erasures {
    private static let timeoutMilliseconds: Int64 = 300

    private let shop: Shop
    private var waiting: [(person: Person, key: String)] = []
    private(set) var accepted: [DeletionID] = []
    private var count = 0

    init(_ shop: Shop) { self.shop = shop }

    mutating func ask(for person: Person) {
        guard !people.contains(person) else { return }
        people.insert(person)
        count += 1
        waiting.append((person, "erase-\(count)"))
    }

    private var people: Set<Person> = []

    /// Asks for each that is not accepted yet; true when all are. No answer means nothing: the key makes the repeat harmless.
    mutating func tryOnce() -> Bool {
        var rest: [(person: Person, key: String)] = []
        for (person, key) in waiting {
            do {
                let request = shop.deletion(of: person, key: key)
                accepted.append(
                    try shop.mesh.call(.deletionCoordinator, request, timeoutMilliseconds: Erasures.timeoutMilliseconds).deletion)
            } catch {
                rest.append((person, key))
            }
        }
        waiting = rest
        return waiting.isEmpty
    }
}

/// What handoff-context knows of the conversations, beside what conversation-store has.
private enum Sessions {
    /// Rows that only one of the two has; both files are only read.
    static func difference(_ mesh: TestMesh) throws -> [String] {
        let sessions = try OutsideProgram.rows(
            of: mesh.databasePath(.handoffContext), "SELECT conversation, workspace, participant, last_message FROM sessions")
        let conversations = try OutsideProgram.rows(
            of: mesh.databasePath(.conversationStore),
            """
            SELECT conversations.id, workspace, participant, max(messages.id)
            FROM conversations JOIN messages ON messages.conversation = conversations.id GROUP BY conversations.id
            """)
        return Set(sessions).symmetricDifference(conversations).sorted()
    }
}
