import Foundation
import Policy
import Runtime
import TestKit
import Testing

@Suite struct PortFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func configuration(basePort: String) throws -> ServiceConfiguration {
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": basePort], service: .intake)
        let configuration = ServiceConfiguration(&environment)
        #expect(environment.problems == [])
        return configuration
    }

    @Test func withBasePortZeroTheAddressFollowsThePortFile() throws {
        let configuration = try configuration(basePort: "0")
        let file = PortFile(dataFolder: folder.path, service: .conversationStore, door: .mesh)

        #expect(configuration.port(of: .intake, .mesh) == 0)
        #expect(throws: (any Error).self) { try configuration.meshAddress(of: .conversationStore) }
        try file.write(40_001)
        #expect(try configuration.meshAddress(of: .conversationStore).port == 40_001)
        try file.write(40_002)
        #expect(try configuration.meshAddress(of: .conversationStore).port == 40_002)
        file.remove()
        #expect(throws: (any Error).self) { try configuration.meshAddress(of: .conversationStore) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/run") == [])
    }

    @Test func withABasePortTheFilesDoNotMatter() throws {
        try PortFile(dataFolder: folder.path, service: .conversationStore, door: .mesh).write(40_001)
        #expect(try configuration(basePort: "7400").meshAddress(of: .conversationStore).port == 7402)
    }

    @Test(arguments: ["", "0\n", "70000\n", "4000", "40 00\n", "123456789012345678901234567890\n"])
    func whatIsNoPortIsRefused(text: String) throws {
        let file = PortFile(dataFolder: folder.path, service: .intake, door: .http)
        try file.write(1)
        #expect(file.path.hasSuffix("/run/intake.http.port"))
        try text.write(toFile: file.path, atomically: false, encoding: .utf8)

        #expect(throws: (any Error).self) { try file.read() }
    }

    @Test func aReaderNeverSeesHalfAFile() throws {
        let file = PortFile(dataFolder: folder.path, service: .intake, door: .mesh)
        try file.write(10_000)
        let failures = Recorder<String>()
        let scheduler = SystemScheduler()
        let reader = scheduler.thread("reader") {
            for _ in 0..<1000 {
                do {
                    let port = try file.read()
                    if port != 10_000 && port != 20_000 { failures.note("\(port)") }
                } catch { failures.note("\(error)") }
            }
        }
        for round in 0..<200 { try file.write(round.isMultiple(of: 2) ? 20_000 : 10_000) }
        reader.join()

        #expect(failures.notes == [])
    }
}
