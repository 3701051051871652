import ConversationStoreContracts
import DeletionCoordinatorContracts
import Digest
import Glibc
import HandoffContextContracts
import IntakeContracts
import Net
import Policy
import Runtime
import Wire

/// The running mesh as the operator reaches it: addresses by configuration, keys from the data folder.
final class Mesh {
    let configuration: ServiceConfiguration
    let folder: KeyFolder
    private let keys: LinkKeys
    /// The token of whoever acts; nil: the operator itself.
    private let token: String?
    private var clients: [Peer: MeshClient] = [:]

    init(_ arguments: Arguments) throws {
        var variables = EnvironmentReader.processVariables()
        if let data = arguments.option("--data") { variables["MESH_DATA"] = data }
        if let port = arguments.option("--base-port") { variables["MESH_BASE_PORT"] = port }
        var environment = EnvironmentReader(variables, service: .operator)
        configuration = ServiceConfiguration(&environment)
        environment.finish()
        token = try arguments.option("--token").map(Mesh.token)
        folder = KeyFolder(dataFolder: configuration.dataFolder)
        do { keys = try folder.callingKeys(of: .operator) } catch {
            throw Failure(
                status: Exit.fault, message: "no keys: \(error). Start the mesh with `compose/mesh up`, or name its folder with --data")
        }
    }

    func client(to service: Peer) -> MeshClient {
        if let client = clients[service] { return client }
        let configuration = configuration
        let client = MeshClient(peer: .operator, service: service.rawValue, keys: keys) {
            let address = try configuration.meshAddress(of: service)
            return (address.host, address.port)
        }
        clients[service] = client
        return client
    }

    /// What each call says beside its request.
    func options(timeoutMilliseconds: Int64? = nil) -> CallOptions { CallOptions(timeoutMilliseconds: timeoutMilliseconds, actor: token) }

    /// Puts a request; a refusal or a fault ends the command with its message.
    /// - Parameter actor: the token of whoever acts, where it is not the command's own.
    func call<R: Request>(_ service: Peer, _ request: R, as actor: String? = nil) throws -> R.Response {
        var options = options()
        if let actor { options.actor = actor }
        switch client(to: service).call(request, options) {
        case .ok(let response): return response
        case .refused(let reason, let message): throw Failure(status: Exit.refused, message: "refused (\(reason.rawValue)): \(message)")
        case .fault(let fault): throw Failure(status: Exit.fault, message: "\(service.rawValue): \(fault.code.rawValue): \(fault.message)")
        }
    }

    private static func token(in file: String) throws -> String {
        guard let stream = fopen(file, "r") else {
            throw Failure(
                status: Exit.fault, message: "\(file) can't be read (\(String(cString: strerror(errno)))): make it with `meshctl token`")
        }
        defer { fclose(stream) }
        guard let line = readLine(from: stream), !line.isEmpty else {
            throw Failure(status: Exit.fault, message: "\(file) holds no token: make one with `meshctl token`")
        }
        return line
    }

    private static func readLine(from stream: UnsafeMutablePointer<FILE>) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        guard fgets(&buffer, Int32(buffer.count), stream) != nil else { return nil }
        let bytes = buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Which service serves a method; nil where all do and the caller must say.
    static func service(of method: String) -> Peer? {
        let catalogues: [(Peer, [String])] = [
            (.intake, IntakeCatalogue.methods), (.conversationStore, ConversationStoreCatalogue.methods),
            (.handoffContext, HandoffContextCatalogue.methods), (.deletionCoordinator, DeletionCoordinatorCatalogue.methods)
        ]
        return catalogues.first { $0.1.contains(method) }?.0
    }

    /// A key for one request, different for every other.
    static func newKey() -> RequestKey { RequestKey("meshctl:" + Hex.encode(SecureRandom.bytes(12))) }

    /// The key that was typed, or a new one.
    static func key(_ arguments: Arguments) throws -> RequestKey {
        guard let text = arguments.option("--key") else { return newKey() }
        let key = RequestKey(text)
        guard key.isWellFormed else { throw UsageError("--key takes 1 to \(RequestKey.lengthMax) of A-Z a-z 0-9 . _ : -") }
        return key
    }
}
