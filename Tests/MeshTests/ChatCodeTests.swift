import DeletionCoordinatorContracts
import Domain
import MeshContracts
import TestKit
import Testing

extension RealMesh {
    /// Somebody who only knows their chat: from the page through the chat to the erasure, with real processes.
    @Suite struct ChatCodeTests {
        private let mesh: TestMesh
        private let shop: Shop
        private let page: WebhookClient

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh)
            page = WebhookClient(address: try mesh.address(of: .deletionCoordinator))
        }

        private struct NotShown: Error {}

        /// What the page shows to somebody who asks: the code for the chat, and the one of the status page.
        private func codes(on path: String = "/data-deletion") throws -> (chat: String, status: String) {
            let form = try page.get(path).body
            let key = try between(form, #"name="key" value=""#, "\"")
            let answer = try page.post(
                path, Array("key=\(key)".utf8), secret: nil, headers: "Content-Type: application/x-www-form-urlencoded\r\n")
            #expect(answer.status == 200)
            return (
                try between(answer.body, "<strong>", "</strong>"), try between(answer.body, #"<a href="/data-deletion/status/"#, "\"")
            )
        }

        private func between(_ text: String, _ start: String, _ end: String) throws -> String {
            guard let from = text.firstRange(of: start)?.upperBound, let to = text[from...].firstRange(of: end)?.lowerBound else {
                throw NotShown()
            }
            return String(text[from..<to])
        }

        private func status(_ code: String) throws -> String { try page.get("/data-deletion/status/\(code)").body }

        private func deletions() throws -> [Deletion] {
            try mesh.call(.deletionCoordinator, ListDeletions(workspace: shop.workspace, limit: 10)).deletions
        }

        @Test(arguments: Platform.allCases)
        func theCodeSentInTheChatErasesThatChatAndNoOther(_ platform: Platform) throws {
            let (person, other) = (Person(platform, 1), Person(platform, 2))
            for writer in [person, other] { #expect(try shop.deliver(Letter(from: writer, 1, sentAt: shop.now)) == 200) }
            let codes = try codes(on: "/en/data-deletion")
            #expect(try mesh.eventually { try status(codes.status).contains("We need to know that it is you") })

            let text = "\(person.mark): my code is \(codes.chat.uppercased())"
            #expect(try shop.deliver(Letter(from: person, 2, sentAt: shop.now, text: text)) == 200)

            #expect(try mesh.eventually { try deletions().first?.state == .scheduled })
            let deletion = try #require(try deletions().first)
            #expect(deletion.source == .page && deletion.proof == .codeInChat)
            #expect((deletion.scheduledFor?.rawValue ?? 0) - shop.now.rawValue > 23 * 3_600_000)
            // The shop leaves the day for changing one's mind out.
            _ = try mesh.call(
                .deletionCoordinator, ApproveDeletion(workspace: shop.workspace, deletion: deletion.id, immediately: true))
            #expect(try mesh.eventually { try shop.isCompleted(deletion.id) })

            #expect(try status(codes.status).contains("Your data is erased"))
            #expect(try FolderBytes.find(person.traces + [codes.chat], in: mesh.folder.path) == [])
            #expect(try Stored(of: shop).texts == ["\(other.mark)-1"])
        }

        @Test func aCodeThatNobodyWasShownProvesNothing() throws {
            let person = Person(.instagram, 1)
            let codes = try codes()
            let wrong = "delete-aaaa-bbbb-cccc-dddd"
            #expect(try shop.deliver(Letter(from: person, 1, sentAt: shop.now, text: wrong)) == 200)
            #expect(try mesh.eventually { try shop.metric("identityCodes.unknown") == 1 })

            #expect(try deletions().isEmpty)
            #expect(try status(codes.status).contains("We need to know that it is you"))
        }

        @Test func aCodeThatCameWhileTheCoordinatorWasDownIsTakenWhenItIsBack() throws {
            let person = Person(.whatsapp, 1)
            let codes = try codes()
            mesh.kill(.deletionCoordinator)
            #expect(try shop.deliver(Letter(from: person, 1, sentAt: shop.now, text: codes.chat)) == 200)
            mesh.kill(.intake)
            try mesh.start(.intake)
            try mesh.start(.deletionCoordinator)

            #expect(try mesh.eventually { try deletions().first?.state == .scheduled })
            // Sent again, by somebody else too, it widens nothing.
            #expect(try shop.deliver(Letter(from: Person(.whatsapp, 2), 1, sentAt: shop.now, text: codes.chat)) == 200)
            #expect(try mesh.eventually { try shop.metric("identityCodes.unknown") == 1 })
            #expect(try deletions().count == 1)
        }
    }
}
