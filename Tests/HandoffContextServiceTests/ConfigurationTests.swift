import Net
import Runtime
import Testing

@testable import HandoffContextService

/// What the operator may say about language models.
@Suite struct ConfigurationTests {
    private func read(_ summarisers: String?, link: String? = nil) -> (HandoffConfiguration, problems: [String]) {
        var variables: [String: String] = [:]
        variables["MESH_HANDOFF_CONTEXT_SUMMARISERS"] = summarisers
        variables["MESH_LINK"] = link
        var environment = EnvironmentReader(variables, service: .handoffContext)
        return (HandoffConfiguration(&environment), environment.problems)
    }

    @Test func hostsAreNamedWithTheirAddresses() throws {
        let (configuration, problems) = read("Models.example=127.0.0.1:8443,other.example:81=[::1]:9000")
        #expect(problems == [])
        #expect(
            configuration.summarisers == [
                "models.example": try SocketAddress(host: "127.0.0.1", port: 8443),
                "other.example:81": try SocketAddress(host: "::1", port: 9000)
            ])
        #expect(read(nil).0.summarisers.isEmpty && configuration.summaryMilliseconds == 3000)
    }

    @Test(arguments: [
        "models.example", "models.example=", "=127.0.0.1:1", "a/b=127.0.0.1:1", "a=models.example:443", "a=127.0.0.1:1,A=127.0.0.1:2"
    ])
    func whatIsNoHostWithAnAddressIsAProblem(text: String) { #expect(read(text).problems.count == 1) }

    /// Talks go there in clear.
    @Test func anAddressBeyondThisMachineNeedsAProtectedLink() {
        #expect(read("a.example=192.0.2.7:80").problems.count == 1)
        #expect(read("a.example=192.0.2.7:80", link: "protected").problems == [])
    }
}
