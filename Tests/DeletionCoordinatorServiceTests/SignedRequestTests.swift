import Digest
import Testing

@testable import DeletionCoordinatorService

@Suite struct SignedRequestTests {
    static let secret = Array("0123456789abcdef0123456789abcdef".utf8)
    static let now: Int64 = 1_767_225_600

    static func sign(_ payload: String, secret: [UInt8] = SignedRequestTests.secret) -> String {
        let encoded = Base64URL.encode(Array(payload.utf8))
        return Base64URL.encode(HMACSHA256Key(secret).authenticate(Array(encoded.utf8))) + "." + encoded
    }

    static let payload = #"{"algorithm":"HMAC-SHA256","expires":1767229200,"issued_at":1767225500,"user_id":"218471"}"#

    private func outcome(_ text: String) -> Result<String, SignedRequest.Refusal> {
        do throws(SignedRequest.Refusal) {
            let keys = [Array("the one before".utf8), SignedRequestTests.secret].map(HMACSHA256Key.init)
            return .success(try SignedRequest(verifying: text, keys: keys, nowSeconds: SignedRequestTests.now).user)
        } catch {
            return .failure(error)
        }
    }

    /// Made once with Python's hmac and base64 modules.
    @Test func aSignatureOfAnotherProgramIsVerified() {
        let signature = "4CzqfnbR5mTAAyJQtUV377I02BE3nAH2HAyJ0FwcEl4"
        let payload =
            "eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMiOjE3NjcyMjky"
            + "MDAsImlzc3VlZF9hdCI6MTc2NzIyNTUwMCwidXNlcl9pZCI6IjIxODQ3MSJ9"
        #expect(outcome(signature + "." + payload) == .success("218471"))
    }

    @Test func whatIsSignedRightIsTaken() {
        #expect(outcome(SignedRequestTests.sign(SignedRequestTests.payload)) == .success("218471"))
        #expect(outcome(SignedRequestTests.sign(#"{"algorithm":"hmac-sha256","user_id":218471}"#)) == .success("218471"))
        #expect(outcome(SignedRequestTests.sign(#"{"algorithm":"HMAC-SHA256","expires":0,"user_id":"1"}"#)) == .success("1"))
    }

    @Test func anotherSecretIsRefused() {
        #expect(outcome(SignedRequestTests.sign(SignedRequestTests.payload, secret: Array("x".utf8))) == .failure(.wrongSignature))
    }

    @Test func aChangedPayloadIsRefused() {
        let signed = SignedRequestTests.sign(SignedRequestTests.payload)
        let other = Base64URL.encode(Array(SignedRequestTests.payload.replacing("218471", with: "218472").utf8))
        #expect(outcome(signed.split(separator: ".")[0] + "." + other) == .failure(.wrongSignature))
    }

    @Test func anExpiredOneIsRefused() {
        #expect(outcome(SignedRequestTests.sign(#"{"algorithm":"HMAC-SHA256","expires":1767225600,"user_id":"1"}"#)) == .failure(.expired))
    }

    @Test func anotherAlgorithmIsRefused() {
        #expect(outcome(SignedRequestTests.sign(#"{"algorithm":"NONE","user_id":"1"}"#)) == .failure(.otherAlgorithm))
        #expect(outcome(SignedRequestTests.sign(#"{"user_id":"1"}"#)) == .failure(.otherAlgorithm))
    }

    @Test func whatIsNoRequestIsMalformed() {
        for payload in ["", "[]", "{", #"{"algorithm":"HMAC-SHA256"}"#, #"{"algorithm":"HMAC-SHA256","user_id":""}"#] {
            #expect(throws: SignedRequest.Refusal.self) { try outcome(SignedRequestTests.sign(payload)).get() }
        }
        #expect(outcome("") == .failure(.malformed))
        #expect(outcome("nodot") == .failure(.malformed))
        #expect(outcome("!!.e30") == .failure(.malformed))
        let long = SignedRequestTests.sign(#"{"algorithm":"HMAC-SHA256","user_id":"\#(String(repeating: "1", count: 65))"}"#)
        #expect(outcome(long) == .failure(.malformed))
    }

    @Test func everyTruncationIsRefused() {
        let signed = SignedRequestTests.sign(SignedRequestTests.payload)
        for end in signed.indices { #expect(throws: SignedRequest.Refusal.self) { try outcome(String(signed[..<end])).get() } }
    }
}
