import ConversationStoreContracts
import DeletionCoordinatorContracts
import Digest
import Domain
import Erasure
import Foundation
import Glibc
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import TestKit
import Testing
import Wire

extension RealMesh {
    /// Who comes back with a copy of whichever file, at whatever time, and who must not.
    @Suite struct RestoredPeopleTests {
        private static let user = "10158000000000042"

        private let mesh: TestMesh
        private let shop: Shop

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh, authorization: ChannelAuthorization(app: "meta", user: RestoredPeopleTests.user, member: "member-1"))
        }

        private func letter(_ person: Person, _ number: Int) -> Letter {
            Letter(from: person, number, sentAt: shop.now.adding(milliseconds: -60_000))
        }

        private func stop() { #expect(mesh.stopAll() == [0, 0, 0, 0]) }

        private func startAll() throws { for service in MeshPlan.services { try mesh.start(service) } }

        private func standing(_ needles: [String]) throws -> [String] { try FolderBytes.find(needles, in: mesh.folder.path) }

        // MARK: Twenty restores

        /// What a seed says of one restore.
        private struct Restore {
            let copy: Int
            let services: [Peer]
            /// Killed in the middle of its start, after so many microseconds.
            let killed: Peer?
            let delay: UInt32
        }

        private static func restores(_ count: Int, of copies: Int, _ random: inout SeededGenerator) -> [Restore] {
            (0..<count).map { index in
                let kind = index % 4
                // The whole mesh, one service alone in turn, the coordinator, some.
                let services: [Peer] =
                    switch kind {
                    case 0: MeshPlan.services
                    case 1: [MeshPlan.services[index / 4 % MeshPlan.services.count]]
                    case 2: [.deletionCoordinator]
                    default: MeshPlan.services.filter { _ in Bool.random(using: &random) }
                    }
                return Restore(
                    copy: Int.random(in: 0..<copies, using: &random), services: services.isEmpty ? [.conversationStore] : services,
                    killed: index % 3 == 0 ? services.first : nil, delay: UInt32.random(in: 0...60_000, using: &random))
            }
        }

        @Test func noneOfTwentyRestoresBringsAnyoneBack() throws {
            let seed = ProcessInfo.processInfo.environment["TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999)
            print("restores: seed \(seed)")
            var random = SeededGenerator(seed: seed)
            let people = (1...4).map { Person($0 % 2 == 0 ? .instagram : .whatsapp, $0) }
            let stays = Person(.whatsapp, 5)
            for person in people + [stays] { #expect(try shop.deliver(letter(person, 1)) == 200) }
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 5 })

            // Copies from before all erasures, from between them, from the middle of one, and from after all.
            var copies = [try CopiedFiles(mesh)]
            for (index, person) in people.enumerated() {
                let deletion = try shop.erase(person, key: "erase-\(person.number)").deletion
                if index == 2 { copies.append(try CopiedFiles(mesh)) }
                #expect(try mesh.eventually { try shop.isCompleted(deletion) })
                copies.append(try CopiedFiles(mesh))
            }
            let traces = people.flatMap(\.traces)
            // The control: what is restored has them.
            #expect(try !FolderBytes.find(traces, in: copies[0].path).isEmpty)

            for restore in RestoredPeopleTests.restores(20, of: copies.count, &random) {
                stop()
                try copies[restore.copy].putBack(restore.services, into: mesh)
                if let killed = restore.killed {
                    try mesh.begin(killed)
                    usleep(restore.delay)  // The fault's own time: it hits the replay at any point.
                    mesh.kill(killed)
                }
                try startAll()
                let restored = restore.services.map(\.rawValue).joined(separator: ", ")
                #expect(try mesh.eventually { try standing(traces) == [] }, "copy \(restore.copy) of \(restored)")
                // What the platform repeats of them stays out.
                for person in people { #expect(try shop.deliver(letter(person, 1)) == 200) }
                #expect(try shop.settle())
                #expect(try standing(traces) == [], "copy \(restore.copy) of \(restored), repeated")
            }
            #expect(try Stored(of: shop).conversation(with: stays) != nil, "nobody else is forgotten")
        }

        // MARK: What intake alone holds

        private let sender = Person(.whatsapp, 6)
        private let strange = Person(.whatsapp, 7)
        private let email = "nemo7000@lamps.example"

        private var names: [String] { sender.traces + [strange.alias.value, email, RestoredPeopleTests.user] }

        /// Everybody whom intake's tables may name: an event that waits, a piece in quarantine, a form, a member's event, an authorisation.
        private func fill() throws -> MemberID {
            let joining = AddMember(key: RequestKey("agent"), workspace: shop.workspace, role: Role.agent.rawValue)
            let member = try mesh.call(.intake, joining).member
            let event = UsageEvent(EventKind(rawValue: "inbox.opened"), at: shop.now, member: member)
            _ = try mesh.call(.intake, RecordUsage(key: RequestKey("usage"), workspace: shop.workspace, events: [event]))
            let door = try mesh.webhooks()
            let form =
                "name=Nemo&email=\(email.replacing("@", with: "%40"))&message=hello&policyVersion=2026-06-19&agreementVersion=2026-01"
            let headers = "Content-Type: application/x-www-form-urlencoded\r\n"
            #expect(try door.post("/contact", Array(form.utf8), secret: nil, headers: headers).status == 303)
            let broken = "broken, with \(strange.alias.value) in it"
            #expect(try door.post(Shop.path(.whatsapp), Array(broken.utf8), secret: shop.secret(.whatsapp)).status == 200)
            #expect(try mesh.call(.intake, ListQuarantine(after: 0)).entries.count == 1)
            mesh.kill(.conversationStore)
            #expect(try shop.deliver(letter(sender, 1)) == 200)
            #expect(try shop.metric("outbox.rows") == 1)
            return member
        }

        private func eraseAll(_ member: MemberID) throws {
            var deletions = try [sender, strange].map { try shop.erase($0, key: "erase-\($0.number)").deletion }
            let leaving = RequestDeletion(
                key: RequestKey("leaving"), workspace: shop.workspace, member: member, source: .customer, immediately: true)
            deletions.append(try mesh.call(.deletionCoordinator, leaving).deletion)
            try mesh.actAsPrivacyOfficer()
            let forms = RequestDeletion(
                key: RequestKey("forms"), contact: try #require(Contact(email: email)), identity: .repliedFromKnownAddress,
                immediately: true)
            deletions.append(try mesh.call(.deletionCoordinator, forms).deletion)
            let payload = Base64URL.encode(
                Array(#"{"algorithm":"HMAC-SHA256","issued_at":1767225600,"user_id":"\#(RestoredPeopleTests.user)"}"#.utf8))
            let signature = HMACSHA256Key(try mesh.keys.secret(named: KeyName.metaAppSecret)).authenticate(Array(payload.utf8))
            let door = WebhookClient(address: try mesh.address(of: .deletionCoordinator))
            let callback = "signed_request=\(Base64URL.encode(signature)).\(payload)"
            let headers = "Content-Type: application/x-www-form-urlencoded\r\n"
            #expect(try door.post("/meta/data-deletion", Array(callback.utf8), secret: nil, headers: headers).status == 200)
            #expect(try mesh.eventually { try deletions.allSatisfy(shop.isCompleted) })
            #expect(try mesh.eventually { try shop.metric("deletions.open", of: .deletionCoordinator) == 0 })
        }

        @Test(arguments: [false, true])
        func nobodyWhomIntakesTablesNamedComesBackWithThem(asTheFileItself: Bool) throws {
            let member = try fill()
            let copy = try CopiedFiles(mesh, [.intake])
            try mesh.start(.conversationStore)
            #expect(try shop.settle())
            try eraseAll(member)
            try takeNotices()
            #expect(try standing(names) == [])
            let counts = ["outbox", "quarantine", "forms", "usage_events", "channel_authorizations"]
            let path = copy.path + "/intake.sqlite"
            for table in counts { #expect(try OutsideProgram.rows(of: path, "SELECT count(*) > 0 FROM \(table)") == ["1"], "\(table)") }

            stop()
            try copy.putBack(into: mesh, asTheFileItself: asTheFileItself)
            if asTheFileItself {
                // The control: without the replay each of them is back.
                for name in names where name != sender.name { #expect(try !standing([name]).isEmpty, "\(name)") }
                return
            }
            try startAll()
            #expect(try standing(names) == [])
            let file = mesh.databasePath(.intake)
            let left = "SELECT count(*) FROM usage_events WHERE member = '\(member.rawValue)'"
            #expect(try OutsideProgram.rows(of: file, left) == ["0"])
            for table in ["outbox", "quarantine", "forms", "channel_authorizations"] {
                #expect(try OutsideProgram.rows(of: file, "SELECT count(*) FROM \(table)") == ["0"], "\(table)")
            }
        }

        /// As a mailer does: what it took is no file of ours any more.
        private func takeNotices() throws {
            let folder = mesh.folder.path("notices")
            #expect(try mesh.eventually { try !FileManager.default.contentsOfDirectory(atPath: folder).isEmpty })
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        }

        // MARK: Holds

        private let held = Person(.whatsapp, 8)
        private let erased = Person(.instagram, 9)

        /// A copy from before a hold and an erasure that it holds up; returns the hold.
        private func holdAfterACopy() throws -> (copy: CopiedFiles, hold: HoldID) {
            for person in [held, erased] { #expect(try shop.deliver(letter(person, 1)) == 200) }
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 2 })
            try mesh.actAsPrivacyOfficer()
            let copy = try CopiedFiles(mesh)
            let placing = PlaceHold(
                key: RequestKey("hold"), workspace: shop.workspace, person: held.alias, ground: .legalClaims, scope: [.messages])
            let hold = try mesh.call(.deletionCoordinator, placing).hold
            mesh.act(as: shop.owner, of: shop.workspace)
            let kept = try shop.erase(held, key: "held").deletion
            let gone = try shop.erase(erased, key: "erased").deletion
            #expect(try mesh.eventually { try shop.state(of: kept).deletion.state == .held && shop.isCompleted(gone) })
            return (copy, hold)
        }

        @Test func aBackupFromBeforeAHoldErasesNothingThatIsHeldNow() throws {
            let (copy, hold) = try holdAfterACopy()
            stop()
            try copy.putBack(into: mesh)
            try startAll()

            #expect(try standing(erased.traces) == [])
            #expect(try !standing([held.mark]).isEmpty, "what a hold keeps is kept")
            #expect(try Stored(of: shop).texts.isEmpty, "and is out of use")
            try mesh.actAsPrivacyOfficer()
            let holds = try mesh.call(.deletionCoordinator, ListHolds(limit: 10)).holds
            #expect(holds.map(\.id) == [hold] && holds[0].liftedAt == nil)
            // The request that it held up was younger than the backup: asked for again it is held again, and goes with the hold.
            mesh.act(as: shop.owner, of: shop.workspace)
            let again = try shop.erase(held, key: "held").deletion
            #expect(try mesh.eventually { try shop.state(of: again).deletion.state == .held })
            try mesh.actAsPrivacyOfficer()
            _ = try mesh.call(.deletionCoordinator, LiftHold(hold: hold))
            #expect(try mesh.eventually { try shop.isCompleted(again) })
            #expect(try standing(held.traces) == [])
        }

        /// The control: it is the file outside the backups that keeps them.
        @Test func withoutTheStandingHoldsTheyWouldBeErasedAndWithoutTheirFileNobodyIsServed() throws {
            let (copy, _) = try holdAfterACopy()
            stop()
            try copy.putBack(into: mesh)
            let file = mesh.folder.path(StandingHolds.fileName)
            try FileManager.default.removeItem(atPath: file)
            let failure = #expect(throws: TestMesh.NotReady.self) { try mesh.start(.conversationStore) }
            #expect(failure?.log.contains(StandingHolds.fileName) == true)
            try Data().write(to: URL(fileURLWithPath: file))
            try startAll()
            #expect(try standing(held.traces) == [])
        }

        /// A hold that was lifted after the copy was made holds nobody any more.
        @Test func aHoldThatWasLiftedSinceDoesNotComeBack() throws {
            let (_, hold) = try holdAfterACopy()
            let copy = try CopiedFiles(mesh)
            try mesh.actAsPrivacyOfficer()
            _ = try mesh.call(.deletionCoordinator, LiftHold(hold: hold))
            #expect(try mesh.eventually { try shop.metric("deletions.open", of: .deletionCoordinator) == 0 })
            #expect(try standing(held.traces) == [])
            stop()
            try copy.putBack(into: mesh)
            try startAll()
            #expect(try mesh.eventually { try shop.metric("deletions.open", of: .deletionCoordinator) == 0 })
            #expect(try standing(held.traces) == [])
            #expect(try mesh.call(.deletionCoordinator, ListHolds(limit: 10)).holds.allSatisfy { $0.liftedAt != nil })
        }
    }
}
