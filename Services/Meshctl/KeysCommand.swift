import Digest
import Runtime

/// `keys`: makes what keys are missing; the launcher calls it before it starts the services.
struct KeysCommand {
    private let dataFolder: String

    init(_ arguments: Arguments) throws {
        try arguments.allow()
        dataFolder = arguments.option("--data") ?? EnvironmentReader.processVariables()["MESH_DATA"] ?? "./.data"
    }

    func run() throws -> Int32 {
        let made = try KeyFolder.createMissing(dataFolder: dataFolder, random: SecureRandom.bytes)
        Terminal.say(made.isEmpty ? "all keys are there" : "made \(made.count) keys in \(dataFolder)/keys (mode 0600)")
        return Exit.ok
    }
}
