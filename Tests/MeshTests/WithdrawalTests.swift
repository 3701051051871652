import ConversationStoreContracts
import Domain
import HandoffContextContracts
import Policy
import TestKit
import Testing
import Wire

extension RealMesh {
    /// One message is taken back, of a conversation that goes on: nothing that was made of it keeps its words.
    @Suite struct WithdrawalTests {
        private static let word = "walnutzanzibar"
        private static let keptWord = "cherrytimbuktu"

        private let mesh: TestMesh
        private let shop: Shop
        private let person = Person(.whatsapp, 1)

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh)
        }

        /// Six letters, so that the first is in the summary and not among the newest.
        private var letters: [Letter] {
            let texts = [
                "Is the \(WithdrawalTests.word) lamp for €\(4711) in stock, and the \(WithdrawalTests.word) shade?",
                "I mean the \(WithdrawalTests.keptWord) lamp for €25, and the \(WithdrawalTests.keptWord) shade.", "Hello?",
                "Are you there?",
                "I am waiting.", "Thank you."
            ]
            return texts.enumerated().map { Letter(from: person, $0, sentAt: shop.now, text: $1) }
        }

        private func withdraw(_ letter: Letter) throws {
            let message =
                #"{"from":"\#(person.alias.value)","id":"wamid.revoke","timestamp":"\#(shop.now.rawValue / 1000)","type":"revoke","#
                + #""revoke":{"original_message_id":"\#(letter.id)"}}"#
            let account = Deliveries.accounts(.whatsapp)
            let body =
                #"{"object":"whatsapp_business_account","entry":[{"id":"\#(Deliveries.business(of: account))","changes":[{"field":"messages","#
                + #""value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"\#(account.id)"},"#
                + #""contacts":[{"profile":{"name":"\#(person.name)"},"wa_id":"\#(person.alias.value)"}],"messages":[\#(message)]}}]}]}"#
            let status = try mesh.webhooks().post(Shop.path(.whatsapp), Array(body.utf8), secret: shop.secret(.whatsapp)).status
            #expect(status == 200)
        }

        private func context(of conversation: ConversationID, for audience: ReadContext.Audience) throws -> HandoffContext? {
            do {
                return try mesh.call(
                    .handoffContext,
                    ReadContext(workspace: shop.workspace, conversation: conversation, audience: audience, tokenBudget: 2000))
            } catch let error as NotAnswered {
                // handoff-context hears of workspace and owner from intake.
                guard ["forbidden", "unknownConversation"].contains(error.code) else { throw error }
                return nil
            }
        }

        /// What a context shows of anything that was said.
        private func shown(_ context: HandoffContext) -> [String] {
            context.lines.map(\.text) + context.openQuestions.map(\.text) + context.facts.map(\.text)
                + (context.summary?.lines ?? []).map(\.text)
        }

        private func found(_ word: String) throws -> [String] {
            try mesh.call(.conversationStore, SearchConversations(workspace: shop.workspace, query: word, limit: 9)).messages.map(\.text)
        }

        private func snapshots() throws -> [String] {
            try OutsideProgram.rows(of: mesh.databasePath(.handoffContext), "SELECT audience FROM snapshots ORDER BY audience")
        }

        @Test func oneWithdrawnMessageLeavesItsWordsNowhere() throws {
            let (word, kept) = (WithdrawalTests.word, WithdrawalTests.keptWord)
            for letter in letters { #expect(try shop.deliver(letter) == 200) }
            var known: Conversation?
            #expect(
                try mesh.eventually {
                    let stored = try Stored(of: shop)
                    known = stored.conversation(with: person)
                    return stored.textCounts.count == letters.count
                })
            let conversation = try #require(known).id

            // Before: it is in everything that is made of a talk, and in the files. Else nothing below would say anything.
            for audience in ReadContext.Audience.allCases {
                var given: HandoffContext?
                #expect(
                    try mesh.eventually {
                        given = try context(of: conversation, for: audience)
                        return given != nil
                    })
                let before = try #require(given)
                #expect(before.summary?.lines.contains { $0.text.contains(word) } == true)
                #expect(before.openQuestions.contains { $0.text.contains(word) } && before.facts.contains { $0.text == "€4711" })
            }
            #expect(try snapshots() == ["assistant", "human"])
            #expect(try mesh.eventually { try found(word).count == 1 && found(kept).count == 1 })
            #expect(try !FolderBytes.find([word], in: mesh.folder.path).isEmpty)

            try withdraw(letters[0])
            #expect(try mesh.eventually { try Stored(of: shop).messages[conversation]?.first?.withdrawnAt != nil })

            #expect(try mesh.eventually { try snapshots() == [] })
            #expect(try found(word) == [] && found(kept).count == 1)
            for audience in ReadContext.Audience.allCases {
                let texts = shown(try #require(try context(of: conversation, for: audience)))
                #expect(!texts.contains { $0.contains(word) || $0.contains("4711") })
                #expect(texts.contains { $0.contains(kept) } && texts.contains("€25"))
            }
            #expect(try shop.settle())
            // The store's own files are scrubbed while it serves.
            let path = mesh.databasePath(.conversationStore)
            #expect(try mesh.eventually { try FolderBytes.find([word], in: mesh.folder.path).allSatisfy { !path.hasSuffix(fileName($0)) } })
            #expect(mesh.stopAll() == [0, 0, 0, 0])
            #expect(try FolderBytes.find([word], in: mesh.folder.path) == [])
            // Control: the scan finds what stays.
            #expect(try !FolderBytes.find([kept], in: mesh.folder.path).isEmpty)
        }

        /// `conversation-store.sqlite-wal: word` as the file that it belongs to.
        private func fileName(_ hit: String) -> String {
            String((hit.split(separator: ":").first ?? "").split(separator: "/").last ?? "").replacing("-wal", with: "")
        }
    }
}
