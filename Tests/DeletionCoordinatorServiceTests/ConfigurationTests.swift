import Runtime
import Testing

@testable import DeletionCoordinatorService

@Suite struct ConfigurationTests {
    private func read(_ variables: [String: String]) -> (DeletionCoordinatorConfiguration, [String]) {
        var environment = EnvironmentReader(variables, service: .deletionCoordinator)
        let configuration = DeletionCoordinatorConfiguration(&environment)
        return (configuration, environment.problems)
    }

    @Test func nothingSaidIsTheDoorItself() {
        let (configuration, problems) = read([:])
        #expect(configuration.publicURL == nil && configuration.metaApp == "meta" && problems.isEmpty)
    }

    @Test func anAddressLosesItsLastSlash() {
        #expect(read(["MESH_DELETION_COORDINATOR_PUBLIC_URL": "https://delete.example/"]).0.publicURL == "https://delete.example")
    }

    @Test(arguments: ["delete.example", "ftp://delete.example", "https://a b", "https://a/?x=1", "https://a/\"><script>"])
    func anAddressThatIsNoneStopsTheStart(_ text: String) {
        #expect(read(["MESH_DELETION_COORDINATOR_PUBLIC_URL": text]).1.count == 1)
    }
}
