import Domain
import Testing

struct ContactTests {
    @Test(arguments: [
        ("mara@lamps.example", "mara@lamps.example"), ("Mara.O'Neil+x@Sub.LAMPS.Example", "Mara.O'Neil+x@sub.lamps.example"),
        ("a@b.c", "a@b.c"), ("x_1@xn--lmpar-0ra.example", "x_1@xn--lmpar-0ra.example")
    ])
    func anAddressIsKeptAsTypedWithItsDomainInLowerCase(typed: String, kept: String) {
        #expect(Contact(email: typed)?.value == kept)
    }

    @Test(arguments: [
        "", "mara", "@lamps.example", "mara@", "mara@lamps", "mara@@lamps.example", "mara@lamps..example", "mara@-lamps.example",
        "mara@lamps-.example", "ma ra@lamps.example", "mara@lamps.example ", "mara@lamps.example\n", "mära@lamps.example",
        "mara@lämps.example", "a@b@c.example", "<mara@lamps.example>", String(repeating: "a", count: 65) + "@lamps.example",
        "a@" + String(repeating: "b.", count: 127) + "example", "a@" + String(repeating: "b", count: 64) + ".example"
    ])
    func whatIsNoAddressIsRefused(typed: String) {
        #expect(Contact(email: typed) == nil)
    }

    @Test(arguments: [
        ("+49 30 1234567", "49301234567"), ("0049 (30) 123-45.67", "49301234567"), ("+1/555/0100017", "15550100017"),
        ("+15550100017", "15550100017")
    ])
    func aPhoneIsItsDigitsWithTheCountryCode(typed: String, kept: String) {
        #expect(Contact(phone: typed)?.value == kept)
    }

    @Test(arguments: [
        "", "+", "030 1234567", "+49 (0)30 1234567", "0049(0)301234567", "49301234567", "+49 30 12345x7", "+123456", "+1234567890123456",
        "+0301234567", "++49301234567",
        "+٤٩٣٠١٢٣٤٥٦٧", String(repeating: " ", count: 40) + "+49301234567"
    ])
    func whatIsNoPhoneOfACountryIsRefused(typed: String) {
        #expect(Contact(phone: typed) == nil)
    }

    @Test func spellingsOfOneContactFoldTogether() throws {
        let one = try #require(Contact(email: "Mara@Lamps.example"))
        let other = try #require(Contact(email: "mara@LAMPS.example"))
        #expect(one != other)
        #expect(one.folded == other.folded)
    }
}
