import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import HandoffContextContracts
import IntakeContracts
import MeshContracts
import Net
import Policy
import TestKit
import Testing
import Threads
import Wire

extension RealMesh {
    /// Who got whose data stands in deletion-coordinator, whatever happened on the way there.
    @Suite struct DisclosureTests {
        private static let lookCount: Int64 = 24

        private let mesh: TestMesh
        private let shop: Shop
        private let person = Person(.whatsapp, 1)
        private let conversation: ConversationID

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh)
            let (shop, person) = (shop, person)
            let letters = (0..<DisclosureTests.lookCount).map { Letter(from: person, Int($0), sentAt: shop.now) }
            _ = try shop.deliver(letters, through: mesh.webhooks())
            _ = try mesh.eventually { try Stored(of: shop).texts.count == letters.count }
            conversation = try #require(try Stored(of: shop).conversation(with: person)).id
        }

        private func support() throws -> CallOptions {
            let joining = AddMember(key: RequestKey("support"), workspace: nil, role: Role.support.rawValue)
            let member = try mesh.call(.intake, joining).member
            return CallOptions(actor: try mesh.call(.intake, IssueToken(workspace: nil, member: member)).token)
        }

        private func letSupportIn(until time: Timestamp) throws {
            var instruction = InstructWorkspace(workspace: shop.workspace)
            instruction.supportUntil = time
            _ = try mesh.call(.intake, instruction)
        }

        /// The number of messages asked for tells one look from another.
        private func look(_ count: Int64) -> ReadConversation {
            ReadConversation(workspace: shop.workspace, conversation: conversation, limit: count)
        }

        /// Until the store has heard of support, and from intake since it started.
        private func becomesKnown(_ support: CallOptions, _ client: MeshClient) -> Bool {
            mesh.eventually { client.call(Echo(payload: ""), support).isOK }
        }

        private func listed() throws -> [Disclosure] {
            try mesh.call(.deletionCoordinator, ListDisclosures(workspace: shop.workspace, limit: ListDisclosures.countMax)).disclosures
                .map(\.disclosure).filter { $0.recipient.kind != .operator }
        }

        @Test func aLookByGrantIsOneDisclosureAndWithoutOneThereIsNone() throws {
            let support = try support()
            let client = try mesh.client(to: .conversationStore)
            defer { client.close() }
            #expect(becomesKnown(support, client))
            #expect(client.call(look(1), support).faultCode == .forbidden)

            try letSupportIn(until: shop.now.adding(milliseconds: 3_600_000))
            #expect(mesh.eventually { client.call(look(2), support).isOK })
            #expect(try mesh.eventually { try !listed().isEmpty })
            try letSupportIn(until: shop.now.adding(milliseconds: -1))
            #expect(mesh.eventually { client.call(look(3), support).faultCode == .forbidden })

            #expect(try mesh.eventually { try shop.metric("disclosures.waiting", of: .conversationStore) == 0 })
            // Until the store heard of the grant's end, support still looked: each time for the record.
            let items = try listed().map(\.items)
            #expect(items.filter { $0 == 2 }.count == 1 && !items.contains(1))
        }

        @Test func killsLoseNoLookAndDoubleNone() throws {
            let support = try support()
            try letSupportIn(until: shop.now.adding(milliseconds: 3_600_000))
            var seen: Set<Int64> = []
            for count in 1...DisclosureTests.lookCount {
                let client = try mesh.client(to: .conversationStore)
                defer { client.close() }
                let victim: Peer = count % 2 == 0 ? .conversationStore : .deletionCoordinator
                #expect(becomesKnown(support, client))
                let answer = Answer<Bool>()
                client.call(look(count), support) { answer.fill($0.isOK) }
                // By turns after the answer, so that what was recorded is under way, and while the look itself is.
                if count % 4 < 2 { _ = answer.wait(milliseconds: 10_000) }
                mesh.kill(victim)
                if answer.wait(milliseconds: 10_000) == true { seen.insert(count) }
                try mesh.start(victim)
            }

            #expect(seen.count >= Int(DisclosureTests.lookCount) / 2)
            #expect(try mesh.eventually { try seen.isSubset(of: listed().map(\.items)) })
            #expect(try mesh.eventually { try shop.metric("disclosures.waiting", of: .conversationStore) == 0 })
            let items = try listed().map(\.items)
            #expect(Set(items).count == items.count)
        }

        @Test func anErasureTakesThePersonOutOfTheRecord() throws {
            let context = ReadContext(workspace: shop.workspace, conversation: conversation, audience: .assistant, tokenBudget: 1000)
            let client = try mesh.client(to: .handoffContext)
            defer { client.close() }
            #expect(try mesh.eventually { client.call(context, try mesh.options(for: ReadContext.self)).isOK })
            #expect(try mesh.eventually { try listed().count == 1 })
            #expect(try listed()[0].subject != nil && listed()[0].recipient.kind == .assistant)

            let deletion = try shop.erase(person).deletion
            #expect(try mesh.eventually(seconds: 40) { try shop.isCompleted(deletion) })

            #expect(try listed().map(\.subject) == [nil])
            let receipt = try shop.state(of: deletion).receipts.first { $0.holder == Peer.deletionCoordinator.rawValue }
            #expect(receipt?.rows["disclosures"] == 1)
        }
    }
}

extension Outcome {
    fileprivate var isOK: Bool { if case .ok = self { true } else { false } }
    fileprivate var faultCode: Fault.Code? { if case .fault(let fault) = self { fault.code } else { nil } }
}
