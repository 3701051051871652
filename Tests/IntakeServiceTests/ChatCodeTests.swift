import Testing

@testable import IntakeService

@Suite struct ChatCodeTests {
    static let code = "delete-abcd-efgh-ij23-mnop"

    @Test(arguments: [
        code, "DELETE-ABCD-EFGH-IJ23-MNOP", "Hello, my code is Delete-abcd-efgh-ij23-mnop. Thanks", "delete-\(code)", "\n\(code)\n",
        "delete-abcd-efgh-0000-mnop \(code)"
    ])
    func aCodeIsFoundHoweverItIsTyped(_ text: String) { #expect(ChatCode.first(in: text) == ChatCodeTests.code) }

    @Test(arguments: [
        "", "delete", "please delete my data", "delete-abcd-efgh-ij23-mno", "delete-abcd-efgh-ij23mnop-", "delete-abcd-efgh-ij28-mnop",
        "delete-abcd-efgh-ij23-mnopq", "remove-abcd-efgh-ij23-mnop"
    ])
    func whatIsNoCodeIsNone(_ text: String) { #expect(ChatCode.first(in: text) == nil) }
}
