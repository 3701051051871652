import Net
import Policy
import Runtime

/// One of the real services, as a process of the run.
final class ServiceChild: Sendable {
    let process: ChildProcess
    private let service: Peer
    private let data: String

    /// Starts it on ports that the kernel chooses. Its keys are in the folder already.
    init(_ service: Peer, dataFolder data: String) throws {
        self.service = service
        self.data = data
        let log = "\(data)/\(service.rawValue).log"
        process = try ChildProcess(
            ChildProcess.siblingPath(service.rawValue), [],
            environment: ["MESH_DATA": data, "MESH_BASE_PORT": "0", "MESH_LOG_FILE": log], outputPath: log)
    }

    func waitUntilReady() throws {
        try process.wait { try WorkFolder.text(of: process.outputPath).contains(#""event":"ready""#) ? () : nil }
    }

    func port(_ door: MeshPlan.Door) throws -> UInt16 { try PortFile(dataFolder: data, service: service, door: door).read() }

    func client(as peer: Peer) throws -> MeshClient {
        let port = try port(.mesh)
        return MeshClient(
            peer: peer, service: service.rawValue, keys: try KeyFolder(dataFolder: data).callingKeys(of: peer)
        ) { ("127.0.0.1", port) }
    }

    func stop() { process.stop() }
}
