import Foundation
import Policy
import Runtime
import SQLite
import TestKit
import Testing

/// A start that fails says so in the log and ends with the code that says whether another start may mend it.
@Suite struct FailedStartTests {
    @Test func aFileOfAnotherServiceEndsWithConfiguration() async throws {
        await #expect(processExitsWith: .exitCode(78)) {
            let process = try FailedStartTests.process()
            try Database(path: process.configuration.databasePath(of: .intake), service: "another", migrations: []).close()
            _ = process.database(migrations: [])
        }
    }

    @Test func aFileThatIsInUseEndsWithSoftware() async throws {
        await #expect(processExitsWith: .exitCode(70)) {
            let process = try FailedStartTests.process()
            let other = try Database(path: process.configuration.databasePath(of: .intake), service: "intake", migrations: [])
            _ = process.database(migrations: [])
            other.close()
        }
    }

    @Test func partsThatCannotBeMadeEndWithSoftwareAndALine() async throws {
        let result = await #expect(processExitsWith: .exitCode(70), observing: [\.standardOutputContent]) {
            let process = try FailedStartTests.process()
            _ = process.make { () throws -> Int in throw NoParts() }
        }
        let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
        #expect(output.contains(#""event":"startFailed","step":"parts","error":"NoParts()""#))
    }

    private struct NoParts: Error {}

    private static func process() throws -> ServiceProcess {
        let folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: .intake)
        let configuration = ServiceConfiguration(&environment)
        let system = System.real()
        // The process ends before the folder's owner would remove it.
        _ = Unmanaged.passRetained(folder)
        return try ServiceProcess(
            service: .intake, configuration: configuration, system: system, log: Log(service: "intake", system: system))
    }
}
