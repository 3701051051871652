import Net
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.77", "192.0.2.0"), ("2001:DB8:1:2:3::4", "2001:db8:1::"), ("::ffff:192.0.2.77", "192.0.2.0"), ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.0")
    ])
    func anAddressIsCutToItsNetwork(text: String, network: String) throws {
        #expect(try #require(IPAddress(text)).network(bits4: 24, bits6: 48).description == network)
    }

    @Test func bitsThatAreNoWholeByteAreCutToo() throws {
        let address = try #require(IPAddress("10.0.255.255"))
        #expect(address.network(bits4: 20, bits6: 48).description == "10.0.240.0")
        #expect(address.network(bits4: 32, bits6: 48) == address)
        #expect(address.network(bits4: 0, bits6: 48).description == "0.0.0.0")
    }

    @Test(arguments: [
        "", "192.0.2", "192.0.2.256", "192.0.2.1:80", " 192.0.2.1", "192.0.2.1\0", "192.0.2.1, 198.51.100.2", "[::1]", "localhost"
    ])
    func anythingElseIsNone(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func loopbackIsThisMachineAlone() throws {
        for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] { #expect(try #require(IPAddress(text)).isLoopback) }
        for text in ["128.0.0.1", "::2", "::", "0.0.0.0"] { #expect(try !#require(IPAddress(text)).isLoopback) }
    }
}
