import Policy
import Runtime
import Testing

@Suite struct EnvironmentTests {
    @Test func absentVariablesHaveTheirDefaults() {
        var environment = EnvironmentReader(["HOME": "/home/someone"], service: .intake)
        let configuration = ServiceConfiguration(&environment)

        #expect(environment.problems == [])
        #expect(configuration.dataFolder == "./.data")
        #expect(configuration.port(of: .handoffContext, .mesh) == 7103)
        #expect(configuration.port(of: .intake, .http) == 7180)
        #expect(configuration.port(of: .deletionCoordinator, .console) == 7182)
        #expect(configuration.port(of: .conversationStore, .http) == nil)
        #expect(configuration.stopMilliseconds == 5000)
        #expect(configuration.databasePath(of: .intake) == "./.data/intake.sqlite")
    }

    @Test func allProblemsAreToldAtOnceAndWithoutValues() {
        var environment = EnvironmentReader(
            [
                "MESH_BASE_PORT": "80", "MESH_STOP_MILLISECONDS": "+5", "MESH_LINK": "sesame", "MESH_DATA": "",
                "MESH_HOST": "localhost", "MESH_INTAKE_ADDRESS": "intake:7101", "MESH_INTAKE_RELAY": "9", "MESH_BASEPORT": "7200"
            ], service: .intake)
        _ = ServiceConfiguration(&environment)
        let relay = environment.integer("MESH_INTAKE_RELAY", default: 1, range: 1...4)

        #expect(relay == 1)
        #expect(
            environment.problems == [
                "MESH_BASEPORT: is not a variable of intake: look for a spelling mistake",
                "MESH_BASE_PORT: must be 0, or 1024 to 65453",
                "MESH_DATA: must be 1 to 3072 bytes without control characters",
                "MESH_HOST: must be a numeric IPv4 or IPv6 address: names are not resolved",
                "MESH_INTAKE_ADDRESS: must be a numeric IPv4 or [IPv6] address, a colon and a port: names are not resolved",
                "MESH_INTAKE_RELAY: must be a whole number, 1 to 4",
                "MESH_LINK: must be one of: local, protected",
                "MESH_STOP_MILLISECONDS: must be a whole number, 0 to 60000"
            ])
    }

    @Test func variablesOfOtherServicesArePassedOver() {
        let variables = ["MESH_CONVERSATION_STORE_READERS": "4", "MESH_HANDOFF_CONTEXT_X": "1"]
        var intake = EnvironmentReader(variables, service: .intake)
        _ = ServiceConfiguration(&intake)
        var store = EnvironmentReader(variables, service: .conversationStore)
        _ = ServiceConfiguration(&store)

        #expect(intake.problems == [])
        #expect(store.problems == ["MESH_CONVERSATION_STORE_READERS: is not a variable of conversation-store: look for a spelling mistake"])
    }

    @Test(arguments: ["0.0.0.0", "10.0.0.7", "::"]) func onlyAProtectedLinkLeavesTheMachine(host: String) {
        var open = EnvironmentReader(["MESH_HOST": host], service: .intake)
        _ = ServiceConfiguration(&open)
        var protected = EnvironmentReader(["MESH_HOST": host, "MESH_LINK": "protected"], service: .intake)
        let configuration = ServiceConfiguration(&protected)

        #expect(
            open.problems == ["MESH_HOST: leaves this machine: set MESH_LINK=protected when a tunnel or a private network carries it"])
        #expect(protected.problems == [])
        #expect(configuration.host(of: .http) == host)
        #expect(configuration.host(of: .console) == "127.0.0.1")
    }

    @Test func addressesOfOtherServicesCanBeSet() throws {
        var environment = EnvironmentReader(
            ["MESH_INTAKE_ADDRESS": "[::1]:9001", "MESH_CONVERSATION_STORE_ADDRESS": "127.0.0.2:9002", "MESH_BASE_PORT": "7300"],
            service: .deletionCoordinator)
        let configuration = ServiceConfiguration(&environment)

        #expect(environment.problems == [])
        #expect(try configuration.meshAddress(of: .intake).description == "[::1]:9001")
        #expect(try configuration.meshAddress(of: .conversationStore).description == "127.0.0.2:9002")
        #expect(try configuration.meshAddress(of: .handoffContext).description == "127.0.0.1:7303")
    }

    @Test(arguments: ["9001", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "::1:9001", "[::1]", "[127.0.0.1:9"])
    func malformedAddressesAreRefused(text: String) {
        var environment = EnvironmentReader(["MESH_INTAKE_ADDRESS": text], service: .intake)

        #expect(environment.optionalAddress("MESH_INTAKE_ADDRESS") == nil)
        #expect(environment.problems.count == 1)
    }

    @Test func ownValuesAreReadByKind() {
        var environment = EnvironmentReader(
            ["MESH_INTAKE_A": "x,y", "MESH_INTAKE_B": "x,,y", "MESH_INTAKE_C": "security", "MESH_INTAKE_D": "a\u{7}"], service: .intake)

        #expect(environment.words("MESH_INTAKE_A", default: [], countMax: 2) == ["x", "y"])
        #expect(environment.words("MESH_INTAKE_B", default: ["z"], countMax: 3) == ["z"])
        #expect(environment.word("MESH_INTAKE_C", default: Category.account) == .security)
        #expect(environment.optionalString("MESH_INTAKE_D") == nil)
        environment.problem("MESH_INTAKE_A", "must not go with MESH_INTAKE_C")
        #expect(environment.problems.map { $0.prefix { $0 != ":" } } == ["MESH_INTAKE_A", "MESH_INTAKE_B", "MESH_INTAKE_D"])
    }
}
