import Digest
import Domain
import Foundation
import IntakeContracts
import Policy
import Runtime
import TestKit
import Testing

extension RealMesh {
    /// Meta's data deletion callback, with real processes behind it.
    @Suite struct MetaCallbackTests {
        private static let user = "10158000000000042"

        private let mesh: TestMesh
        private let shop: Shop
        private let door: WebhookClient

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh, authorization: ChannelAuthorization(app: "meta", user: MetaCallbackTests.user, member: "member-1"))
            door = WebhookClient(address: try mesh.address(of: .deletionCoordinator))
        }

        private struct Confirmation: Decodable {
            let url: String
            let code: String

            enum CodingKeys: String, CodingKey {
                case url
                case code = "confirmation_code"
            }
        }

        private func signedRequest(of user: String, secret: [UInt8]? = nil, at second: Int64 = 1_767_225_600) throws -> String {
            let payload = Base64URL.encode(Array(#"{"algorithm":"HMAC-SHA256","issued_at":\#(second),"user_id":"\#(user)"}"#.utf8))
            let key = HMACSHA256Key(try secret ?? mesh.keys.secret(named: KeyName.metaAppSecret))
            return "\(Base64URL.encode(key.authenticate(Array(payload.utf8)))).\(payload)"
        }

        private func call(_ signedRequest: String, _ path: String = "/meta/data-deletion") throws -> WebhookClient.Answer {
            try door.post(
                path, Array("signed_request=\(signedRequest)".utf8), secret: nil,
                headers: "Content-Type: application/x-www-form-urlencoded\r\n")
        }

        private func confirmation(_ answer: WebhookClient.Answer) throws -> Confirmation {
            try JSONDecoder().decode(Confirmation.self, from: Data(answer.body.utf8))
        }

        private func page(_ confirmation: Confirmation) throws -> String {
            try door.get("/data-deletion/status/\(confirmation.code)").body
        }

        @Test func aCallbackErasesTheConnectionThatItsUserAuthorised() throws {
            let person = Person(.instagram, 1)
            #expect(try shop.deliver(Letter(from: person, 1, sentAt: shop.now)) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 1 })
            #expect(try !FolderBytes.find([MetaCallbackTests.user], in: mesh.folder.path).isEmpty)

            let answer = try call(try signedRequest(of: MetaCallbackTests.user))
            let confirmation = try confirmation(answer)

            #expect(answer.status == 200)
            #expect(confirmation.url.hasSuffix("/data-deletion/status/\(confirmation.code)"))
            #expect(try mesh.eventually { try page(confirmation).contains("Your data is erased") })
            #expect(try FolderBytes.find([MetaCallbackTests.user], in: mesh.folder.path) == [])
            // The channel has no basis any more: what comes is dropped. The people who wrote are other people, and lose nothing.
            #expect(try shop.deliver(Letter(from: person, 2, sentAt: shop.now)) == 200)
            #expect(try shop.metric("inbox.ended") == 1)
            #expect(try Stored(of: shop).texts.count == 1)
        }

        @Test func aCallbackThatMatchesNobodyIsAnsweredTruthfully() throws {
            let request = try signedRequest(of: "10158000000009999")
            let confirmation = try confirmation(try call(request))

            #expect(try mesh.eventually { try page(confirmation).contains("No data was found") })
            #expect(try shop.deliver(Letter(from: Person(.instagram, 1), 1, sentAt: shop.now)) == 200)
            #expect(try shop.metric("inbox.ended") == 0)
            // Meta repeats what it got no answer to: the same bytes are the same request.
            #expect(try self.confirmation(try call(request)).code == confirmation.code)
        }

        /// Between intake and the coordinator, with a kill of intake in between: nothing is acknowledged that has not ended.
        @Test func aDeauthorizationEndsTheConnectionAndErasesNobody() throws {
            let person = Person(.instagram, 1)
            #expect(try shop.deliver(Letter(from: person, 1, sentAt: shop.now)) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 1 })
            let request = try signedRequest(of: MetaCallbackTests.user, at: shop.now.rawValue / 1000)
            mesh.kill(.intake)
            #expect(try call(request, "/meta/deauthorize").status == 503)
            try mesh.start(.intake)

            let answer = try call(request, "/meta/deauthorize")
            #expect(answer.status == 200 && answer.body.hasSuffix(#"{"known":1,"ended":1}"#))
            #expect(
                try call(signedRequest(of: "1", at: shop.now.rawValue / 1000), "/meta/deauthorize").body.hasSuffix(
                    #"{"known":0,"ended":0}"#))
            #expect(try shop.deliver(Letter(from: person, 2, sentAt: shop.now)) == 200)
            #expect(try shop.metric("inbox.ended") == 1)
            #expect(try Stored(of: shop).texts.count == 1)
            #expect(try !FolderBytes.find([MetaCallbackTests.user], in: mesh.folder.path).isEmpty)
        }

        @Test func aForgedCallbackIsRefusedAndErasesNothing() throws {
            let forged = try call(try signedRequest(of: MetaCallbackTests.user, secret: Array("not the secret".utf8)))

            #expect(forged.status == 400)
            #expect(try shop.deliver(Letter(from: Person(.instagram, 1), 1, sentAt: shop.now)) == 200)
            #expect(try shop.metric("inbox.accepted") == 1)
        }
    }
}
