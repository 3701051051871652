import Net
import Policy
import Runtime

/// A real service of the mesh on a data folder, which several may share; each looks for those that don't run in vain.
final class MeshProcess: Sendable {
    let service: Peer
    private let process: ChildProcess
    private let keys: KeyFolder
    private let dataFolder: String

    /// - Parameter data: an empty folder, or one that a mesh has stopped on.
    init(_ service: Peer, dataFolder data: String) throws {
        self.service = service
        dataFolder = data
        try KeyFolder.createMissing(dataFolder: data)
        let log = "\(data)/\(service.rawValue).log"
        let process = try ChildProcess(
            ChildProcess.siblingPath(service.rawValue), [],
            environment: ["MESH_DATA": data, "MESH_BASE_PORT": "0", "MESH_LOG_FILE": log], outputPath: log)
        self.process = process
        keys = KeyFolder(dataFolder: data)
        _ = try process.wait { try WorkFolder.text(of: process.outputPath).contains(#""event":"ready""#) ? true : nil }
    }

    func client(as peer: Peer) throws -> MeshClient {
        let port = try port(.mesh)
        return MeshClient(peer: peer, service: service.rawValue, keys: try keys.callingKeys(of: peer)) { ("127.0.0.1", port) }
    }

    func port(_ door: MeshPlan.Door) throws -> UInt16 { try PortFile(dataFolder: dataFolder, service: service, door: door).read() }

    func stop() { process.stop() }
}
