import ConversationStoreContracts
import DeletionCoordinatorContracts
import Digest
import Domain
import Glibc
import HandoffContextContracts
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import TestKit
import Testing
import Wire

extension RealMesh {
    /// From a signed webhook to a conversation, to a context, to nothing with proof.
    @Suite struct PathTests {
        private let mesh: TestMesh
        private let shop: Shop
        private let mara = Person(.instagram, 1)
        private let jonas = Person(.whatsapp, 2)

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh)
        }

        private func letter(_ person: Person, _ number: Int, _ text: String? = nil) -> Letter {
            Letter(from: person, number, sentAt: shop.now.adding(milliseconds: -60_000), text: text)
        }

        @Test func aSignedWebhookBecomesAConversationAndAContextThatCitesIt() throws {
            let assistant = Assistant(name: "Lumi", prompt: "Be brief.")
            #expect(try mesh.eventually { try isConfigured(assistant) }, "handoff-context never heard of the workspace")

            #expect(try shop.deliver(letter(mara, 1), letter(mara, 2)) == 200)
            #expect(try shop.deliver(letter(jonas, 1, "Call +49 170 5550042"), letter(jonas, 2, "or write to jonas@example.com")) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 4 })

            let stored = try Stored(of: shop)
            let conversation = try #require(stored.conversation(with: jonas))
            let messages = try #require(stored.messages[conversation.id])
            #expect(stored.conversations.count == 2)
            #expect(stored.conversation(with: mara)?.channel == shop.channels[.instagram])
            #expect(conversation.participant.name == jonas.name)
            #expect(messages.map(\.text) == ["Call +49 170 5550042", "or write to jonas@example.com"])

            let shown = try context(conversation, for: .assistant)
            #expect(shown.assistant == assistant)
            #expect(shown.lines.map(\.text) == ["Call •••", "or write to •••"])
            #expect(shown.lines.map(\.cites) == messages.map { [$0.id] })
            #expect(shown.participant.phone == nil)
            // Control: whom the identifiers are meant for sees them.
            let whole = try context(conversation, for: .human)
            #expect(whole.lines.map(\.text) == messages.map(\.text))
            #expect(whole.participant.phone == jonas.alias.value)
        }

        private func isConfigured(_ assistant: Assistant) throws -> Bool {
            let client = try mesh.client(to: .handoffContext)
            defer { client.close() }
            switch client.call(
                ConfigureAssistant(workspace: shop.workspace, assistant: assistant), try mesh.options(for: ConfigureAssistant.self))
            {
            case .ok: return true
            case .refused(.unknownWorkspace, _): return false
            case .fault(let fault) where fault.code == .forbidden: return false  // It has not heard of the owner yet.
            case .refused(.workspaceTerminated, _), .refused(.unknownHost, _), .fault: throw NeverConfigured()
            }
        }

        private struct NeverConfigured: Error {}

        private func context(_ conversation: Conversation, for audience: ReadContext.Audience) throws -> HandoffContext {
            try mesh.call(
                .handoffContext,
                ReadContext(workspace: shop.workspace, conversation: conversation.id, audience: audience, tokenBudget: 1000))
        }

        @Test func anErasureIsProvedByAllHoldersAndStaysDone() throws {
            let letters = [letter(jonas, 1), letter(jonas, 2)]
            #expect(try shop.deliver(letters, through: mesh.webhooks()) == 200)
            #expect(try shop.deliver(letter(mara, 1)) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 3 })
            // Control: what the scan will not find is there to be found.
            #expect(try !FolderBytes.find(jonas.traces, in: mesh.folder.path).isEmpty)

            let accepted = try shop.erase(jonas)
            #expect(try mesh.eventually { try shop.isCompleted(accepted.deletion) })

            let result = try shop.state(of: accepted.deletion)
            #expect(result.deletion.found == true)
            #expect(result.receipts.map(\.holder) == MeshPlan.services.map(\.rawValue))
            #expect(result.receipts[1].rows["messages"] == 2)
            for receipt in result.receipts { #expect(try isAuthentic(receipt), "the receipt of \(receipt.holder)") }
            #expect(result.proofs.map(\.holder) == MeshPlan.services.map(\.rawValue))
            for proof in result.proofs {
                let scan = try #require(proof.scan)
                #expect(proof.rows.values.allSatisfy { $0 == 0 } && scan.bytes > 0)
                #expect(scan.residue + scan.other == 0 && scan.live.isEmpty)
            }
            let subject = Subject(workspace: shop.workspace, aliases: [jonas.alias])
            try mesh.actAsPrivacyOfficer()
            for holder in MeshPlan.services {
                let scan = try #require(try mesh.call(holder, ProveErasure(subject: subject, scan: true)).scan)
                #expect(scan.residue + scan.other == 0 && scan.live.isEmpty, "\(holder.rawValue) after the end")
            }

            // What was on its way, and what comes once more, stays out.
            let late = letter(jonas, 3)
            #expect(try shop.deliver(letters + [late], through: mesh.webhooks()) == 200)
            #expect(try shop.settle())
            #expect(try Stored(of: shop).texts == [letter(mara, 1).text])
            #expect(try FolderBytes.find(jonas.traces, in: mesh.folder.path) == [])
            #expect(try !FolderBytes.find(mara.traces, in: mesh.folder.path).isEmpty)
        }

        /// By DESIGN §6 alone: HMAC-SHA256 under the holder's key, over the receipt without its signature.
        private func isAuthentic(_ receipt: ErasureReceipt) throws -> Bool {
            guard let holder = Peer(rawValue: receipt.holder), let mac = Base64URL.decode(receipt.mac ?? "") else { return false }
            var unsigned = receipt
            unsigned.mac = nil
            let key = HMACSHA256Key(try mesh.keys.secret(named: KeyName.receiptKey(holder)))
            var changed = unsigned
            changed.rows["messages", default: 0] += 1
            return key.isValid(mac, for: FieldVisitor.write(unsigned)) && !key.isValid(mac, for: FieldVisitor.write(changed))
        }

        /// A username may be any word, also one of our own logs.
        @Test func aNameThatAPersonChoseHoldsTheirErasureNotUp() throws {
            let plain = String(decoding: Deliveries.body([letter(jonas, 1)]), as: UTF8.self)
            let body = plain.replacing(#""profile":{"#, with: #""profile":{"username":"intake","#)
            let secret = try mesh.keys.secret(named: KeyName.whatsappAppSecret)
            #expect(try mesh.webhooks().post("/webhooks/whatsapp", Array(body.utf8), secret: secret).status == 200)
            #expect(try mesh.eventually { try Stored(of: shop).conversation(with: jonas) != nil })
            // Control: they bear the name, and the log has the word.
            let named = try #require(try Stored(of: shop).conversation(with: jonas))
            #expect(named.participant.aliases.contains(Alias(.whatsapp, .username, "intake")))
            #expect(mesh.log(.intake).contains("intake"))

            let accepted = try shop.erase(jonas)

            #expect(try mesh.eventually { try shop.isCompleted(accepted.deletion) })
            #expect(try shop.state(of: accepted.deletion).deletion.failedAttempts == 0)
        }

        @Test func whoWritesAnewAfterTheErasureIsSomebodyNew() throws {
            #expect(try shop.deliver(letter(mara, 1)) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).conversation(with: mara) != nil })
            let before = try #require(try Stored(of: shop).conversation(with: mara))
            let accepted = try shop.erase(mara)
            #expect(try mesh.eventually { try shop.isCompleted(accepted.deletion) })

            #expect(try shop.deliver(Letter(from: mara, 2, sentAt: shop.now)) == 200)

            #expect(try mesh.eventually { try Stored(of: shop).conversation(with: mara) != nil })
            let after = try #require(try Stored(of: shop).conversation(with: mara))
            #expect(after.participant.id != before.participant.id)
            #expect(after.id != before.id)
            #expect(try Stored(of: shop).texts == [Letter(from: mara, 2, sentAt: shop.now).text])
        }

        @Test func theStatusPageTellsByCodeHowADeletionStands() throws {
            #expect(try shop.deliver(letter(mara, 1)) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).conversation(with: mara) != nil })
            let accepted = try shop.erase(mara)
            let door = WebhookClient(address: try mesh.address(of: .deletionCoordinator))

            #expect(try mesh.eventually { try door.get("/data-deletion/status/\(accepted.code)").body.contains("Your data is erased") })

            let page = try door.get("/data-deletion/status/\(accepted.code)")
            #expect(page.status == 200)
            for trace in mara.traces + [shop.workspace.rawValue, "<script"] { #expect(!page.body.contains(trace)) }
            #expect(accepted.code.utf8.count >= 22)
            // Control: another code opens nothing.
            let other = try door.get("/data-deletion/status/\(String(accepted.code.reversed()))")
            #expect(other.status == 404)
            #expect(!other.body.contains("erased"))
        }
    }
}
