import ConversationStoreContracts
import Domain
import IntakeContracts
import MeshContracts
import Policy
import TestKit
import Testing

extension RealMesh {
    /// What must not come in through the public door, on the real binaries.
    @Suite struct BadInputTests {
        private let mesh: TestMesh
        private let shop: Shop
        private let letter: Letter

        init() throws {
            mesh = try TestMesh([.intake, .conversationStore])
            shop = try Shop(mesh)
            letter = Letter(from: Person(.whatsapp, 1), 1, sentAt: shop.now)
        }

        private func quarantine() throws -> [ListQuarantine.Entry] { try mesh.call(.intake, ListQuarantine(after: 0)).entries }

        @Test(arguments: Platform.allCases) func aWrongOrMissingSignatureIs401AndNothingIsStored(platform: Platform) throws {
            let body = Deliveries.body([Letter(from: Person(platform, 1), 1, sentAt: shop.now)])
            let door = try mesh.webhooks()

            #expect(try door.post(Shop.path(platform), body, secret: nil).status == 401)
            #expect(try door.post(Shop.path(platform), body, secret: Array("not the secret".utf8)).status == 401)
            let other: Platform = platform == .instagram ? .whatsapp : .instagram
            #expect(try door.post(Shop.path(platform), body, secret: shop.secret(other)).status == 401)

            #expect(try shop.metric("inbox.accepted") == 0)
            #expect(try shop.metric("outbox.rows") == 0)
            #expect(try quarantine().isEmpty)
            #expect(try Stored(of: shop).conversations.isEmpty)
            // Control: the same bytes, signed, are stored.
            #expect(try door.post(Shop.path(platform), body, secret: shop.secret(platform)).status == 200)
            #expect(try mesh.eventually { try Stored(of: shop).conversations.count == 1 })
        }

        @Test func anUnknownChannelIsQuarantinedWith200() throws {
            let body = Deliveries.body([letter], to: Account(.whatsapp, "106540352299999"))

            #expect(try mesh.webhooks().post(Shop.path(.whatsapp), body, secret: shop.secret(.whatsapp)).status == 200)

            #expect(try quarantine().map(\.reason) == [.unknownChannel])
            #expect(try shop.metric("inbox.accepted") == 0)
            #expect(try Stored(of: shop).conversations.isEmpty)
        }

        @Test(arguments: ["{", "[]", #"{"object":"page","entry":[]}"#, "\u{FEFF}{}", ""])
        func anUnreadableBodyIsQuarantinedWith200(text: String) throws {
            let body = Array(text.utf8)

            #expect(try mesh.webhooks().post(Shop.path(.whatsapp), body, secret: shop.secret(.whatsapp)).status == 200)

            #expect(try quarantine().map(\.reason) == [.unreadable])
            #expect(try quarantine().map(\.bytes) == [Int64(body.count)])
            #expect(try shop.metric("inbox.accepted") == 0)
        }

        @Test func anOversizedBodyIs413BeforeItIsRead() throws {
            let limit = 3 * 1024 * 1024
            let head = "POST /webhooks/whatsapp HTTP/1.1\r\nHost: mesh\r\nContent-Length: \(limit + 1)\r\n\r\n"

            #expect(try mesh.webhooks().exchange(Array(head.utf8)).status == 413)

            #expect(try shop.metric("inbox.accepted") == 0)
            // Control: one byte less is taken.
            let body = Deliveries.body([letter])
            let largest = body + [UInt8](repeating: UInt8(ascii: " "), count: limit - body.count)
            #expect(try mesh.webhooks().post(Shop.path(.whatsapp), largest, secret: shop.secret(.whatsapp)).status == 200)
            #expect(try shop.metric("inbox.accepted") == 1)
        }

        @Test func whileSomebodyElseHoldsTheFileDeliveriesAreTurnedAwayAndNothingAcknowledgedIsLost() throws {
            var sent = SentLetters()
            let door = try mesh.webhooks()
            let first = Letter(from: Person(.instagram, 1), 1, sentAt: shop.now)
            sent.willSend([first, letter])
            #expect(try shop.deliver([first], through: door) == 200)
            sent.acknowledged([first])

            let writer = try OutsideProgram.writer(of: mesh.databasePath(.intake))
            #expect(try shop.deliver([letter], through: door) == 503)
            #expect(try shop.metric("webhooks.turnedAway") == 1)
            try writer.release()

            // The platform comes again; it was not told that the first try was taken, and it was not.
            #expect(try shop.metric("inbox.repeated") == 0)
            #expect(try shop.deliver([letter], through: door) == 200)
            sent.acknowledged([letter])
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 2 })
            #expect(sent.problems(in: try Stored(of: shop)) == [])
            #expect(try shop.metric("inbox.repeated") == 0)
        }
    }
}
