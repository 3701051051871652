import Testing
import Wire

@testable import DeletionCoordinatorService

@Suite struct ConfirmationCodeTests {
    /// RFC 4648 §10, in lower case and without padding.
    @Test(arguments: [
        ("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"), ("fooba", "mzxw6ytb"), ("foobar", "mzxw6ytboi")
    ])
    func base32(_ text: String, _ expected: String) { #expect(Base32.encode(Array(text.utf8)) == expected) }

    @Test func aCodeFollowsFromKeyAndSecretAndHas160Bits() {
        let codes = ConfirmationCodes(secret: Array(repeating: 1, count: 32))
        let others = ConfirmationCodes(secret: Array(repeating: 2, count: 32))
        let code = codes.code(for: RequestKey("a"))

        #expect(code == codes.code(for: RequestKey("a")))
        #expect(code != codes.code(for: RequestKey("b")) && code != others.code(for: RequestKey("a")))
        #expect(code.count * 5 == 160)
    }
}
