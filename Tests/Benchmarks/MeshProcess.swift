import MeshContracts
import Net
import Policy
import Runtime
import Wire

/// A real service of the mesh on a data folder, which several may share; each looks for those that don't run in vain.
final class MeshProcess: Sendable {
    let service: Peer
    let process: ChildProcess
    private let keys: KeyFolder
    private let dataFolder: String

    /// - Parameter data: an empty folder, or one that a mesh has stopped on.
    init(_ service: Peer, dataFolder data: String) throws {
        self.service = service
        dataFolder = data
        try KeyFolder.createMissing(dataFolder: data)
        let log = "\(data)/\(service.rawValue).log"
        process = try ChildProcess(
            ChildProcess.siblingPath(service.rawValue), [],
            environment: ["MESH_DATA": data, "MESH_BASE_PORT": "0", "MESH_LOG_FILE": log], outputPath: log)
        keys = KeyFolder(dataFolder: data)
        try process.wait { try WorkFolder.text(of: log).contains(#""event":"ready""#) ? () : nil }
    }

    func client(as peer: Peer) throws -> MeshClient {
        let port = try port(.mesh)
        return MeshClient(peer: peer, service: service.rawValue, keys: try keys.callingKeys(of: peer)) { ("127.0.0.1", port) }
    }

    func port(_ door: MeshPlan.Door) throws -> UInt16 { try PortFile(dataFolder: dataFolder, service: service, door: door).read() }

    /// Waits until the service says what `isSo` wants of its metrics.
    func wait(until isSo: ([String: Int64]) -> Bool) throws {
        let client = try client(as: .operator)
        defer { client.close() }
        try process.wait { try isSo(client.answer(ReadMetrics()).values) ? () : nil }
    }

    func stop() { process.stop() }
}

extension MeshClient {
    /// What a benchmark has to be granted, or it measures nothing.
    func answer<R: Request>(_ request: R, _ options: CallOptions = CallOptions()) throws -> R.Response {
        switch call(request, options) {
        case .ok(let response): return response
        case let outcome: throw BenchmarkFailure("\(R.contract.method): \(outcome)")
        }
    }
}
