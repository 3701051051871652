import Digest
import Domain
import Foundation
import IntakeContracts
import MeshContracts
import Net
import Policy
import Runtime
import Threads
import Wire

/// Who acts in a test's calls.
private struct TestActor {
    static let marginSeconds: Double = 300

    let member: MemberID
    let workspace: WorkspaceID?
    var token: String?
    var expiresAt = Date.distantPast
}

/// A mesh of the real binaries on port 0, on a data folder of its own; every process can be killed and started again.
public final class TestMesh: @unchecked Sendable {  // `processes` and `actor` are guarded by `lock`; the rest never changes.
    public static let readySeconds: Double = 20

    public struct NotReady: Error {
        public let service: String
        public let log: String
    }

    public let folder: TemporaryFolder
    public let keys: KeyFolder
    private let lock = Lock()
    private var processes: [Peer: Process] = [:]
    private var actor: TestActor?
    private let environment: [String: String]

    /// Starts all four services, or those named.
    public init(_ services: [Peer] = MeshPlan.services, environment: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        keys = KeyFolder(dataFolder: folder.path)
        self.environment = environment
        _ = try KeyFolder.createMissing(dataFolder: folder.path, random: SecureRandom.bytes)
        try FileManager.default.createDirectory(atPath: folder.path("logs"), withIntermediateDirectories: true)
        for service in services { try start(service) }
    }

    deinit { for service in MeshPlan.services { kill(service) } }

    // MARK: Processes

    /// Starts a service and waits until it says ready.
    public func start(_ service: Peer) throws {
        let (process, offset) = try launch(service)
        let log = logPath(service)
        let end = Date(timeIntervalSinceNow: TestMesh.readySeconds)
        while !text(log, from: offset).contains(#""event":"ready""#) {
            guard process.isRunning, Date() < end else { throw NotReady(service: service.rawValue, log: text(log, from: offset)) }
            Glibc.usleep(2_000)  // The process can't be waited for otherwise: it says ready in its log.
        }
    }

    /// Starts a service and doesn't wait: what happens next may hit it at any point of its start.
    public func begin(_ service: Peer) throws { _ = try launch(service) }

    private func launch(_ service: Peer) throws -> (Process, logOffset: UInt64) {
        let log = logPath(service)
        if !FileManager.default.fileExists(atPath: log) { _ = FileManager.default.createFile(atPath: log, contents: nil) }
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        let offset = try output.seekToEnd()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(TestMesh.binaries)/\(service.rawValue)")
        process.environment = ["MESH_DATA": folder.path, "MESH_BASE_PORT": "0", "MESH_LOG_FILE": log].merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        lock.withLock { processes[service] = process }
        return (process, offset)
    }

    /// kill -9, and waits until the process is gone.
    public func kill(_ service: Peer) {
        guard let process = lock.withLock({ processes.removeValue(forKey: service) }) else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM; returns the exit code.
    @discardableResult
    public func stop(_ service: Peer) -> Int32 {
        guard let process = lock.withLock({ processes.removeValue(forKey: service) }) else { return 0 }
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// SIGTERM to all; returns their exit codes.
    public func stopAll() -> [Int32] { MeshPlan.services.map { stop($0) } }

    /// SIGTERM, and does not wait for the end.
    public func askToStop(_ service: Peer) { lock.withLock { processes[service] }?.terminate() }

    public func processIdentifier(of service: Peer) -> Int32? { lock.withLock { processes[service]?.processIdentifier } }

    // MARK: Doors

    /// A client of its own for one service, as the operator unless said otherwise.
    /// - Parameter name: of a program that is not the mesh's own.
    public func client(to service: Peer, as peer: Peer = .operator, name: String? = nil) throws -> MeshClient {
        let folder = folder.path
        let keys = try keys.callingKeys(of: name ?? peer.rawValue)
        return MeshClient(peer: peer, name: name, service: service.rawValue, keys: keys) {
            ("127.0.0.1", try PortFile(dataFolder: folder, service: service, door: .mesh).read())
        }
    }

    /// Puts one request over a connection of its own and waits for the answer; `NotAnswered` for a refusal or a fault.
    public func call<R: Request>(
        _ service: Peer, _ request: R, as peer: Peer = .operator, timeoutMilliseconds: Int64? = nil
    ) throws -> R.Response {
        let client = try client(to: service, as: peer)
        defer { client.close() }
        return try client.call(request, options(for: R.self, as: peer, timeoutMilliseconds: timeoutMilliseconds)).answer()
    }

    /// From now on a member acts in the operator's calls that need a person.
    public func act(as member: MemberID, of workspace: WorkspaceID?) {
        lock.withLock { actor = TestActor(member: member, workspace: workspace) }
    }

    /// From now on Botseller's privacy officer acts, of whom every service that runs has heard.
    public func actAsPrivacyOfficer() throws {
        let joining = AddMember(key: RequestKey("officer"), workspace: nil, role: Role.privacyOfficer.rawValue)
        act(as: try call(.intake, joining).member, of: nil)
        let options = CallOptions(actor: try token())
        for service in MeshPlan.services where processIdentifier(of: service) != nil {
            let client = try client(to: service)
            defer { client.close() }
            _ = eventually { if case .ok = client.call(Echo(payload: ""), options) { true } else { false } }
        }
    }

    /// What a call says beside its request: who acts, where the operator alone may not.
    public func options<R: Request>(
        for request: R.Type, as peer: Peer = .operator, timeoutMilliseconds: Int64? = nil
    ) throws -> CallOptions {
        let needsPerson = peer == .operator && !R.contract.roles.isEmpty && !R.contract.roles.contains(.operator)
        return CallOptions(timeoutMilliseconds: timeoutMilliseconds, actor: needsPerson ? try token() : nil)
    }

    /// A token of whoever acts, new when the last one is old: long runs outlive it.
    private func token() throws -> String? {
        guard var actor = lock.withLock({ actor }) else { return nil }
        if let token = actor.token, actor.expiresAt > Date(timeIntervalSinceNow: TestActor.marginSeconds) { return token }
        let issued = try call(.intake, IssueToken(workspace: actor.workspace, member: actor.member))
        actor.token = issued.token
        actor.expiresAt = Date(timeIntervalSince1970: Double(issued.expiresAt.rawValue) / 1000)
        lock.withLock { self.actor = actor }
        return issued.token
    }

    /// A bare socket to a service's mesh door, for what a well-behaved client never does.
    public func rawPeer(to service: Peer) throws -> RawPeer { try RawPeer(address: address(of: service, .mesh), service: service.rawValue) }

    public func address(of service: Peer, _ door: MeshPlan.Door = .http) throws -> SocketAddress {
        try SocketAddress(host: "127.0.0.1", port: try PortFile(dataFolder: folder.path, service: service, door: door).read())
    }

    /// Lets a program in beside the mesh's own; every service hears of it within a moment.
    /// - Parameter workspace: the only one that it may speak for.
    public func addProgram(_ name: String, _ kind: Peer, of workspace: WorkspaceID?) throws {
        _ = try call(.intake, AddPeer(name: name, kind: kind, workspace: workspace))
        try keys.createLinks(of: name, random: SecureRandom.bytes)
    }

    public func webhooks() throws -> WebhookClient { WebhookClient(address: try address(of: .intake)) }

    // MARK: Files

    public func databasePath(_ service: Peer) -> String { folder.path("\(service.rawValue).sqlite") }
    public func logPath(_ service: Peer) -> String { folder.path("logs/\(service.rawValue).log") }
    public func log(_ service: Peer) -> String { text(logPath(service), from: 0) }

    /// Waits until something that travels between processes has arrived; false when it never did.
    public func eventually(seconds: Double = 20, _ isSo: () throws -> Bool) rethrows -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end {
            if try isSo() { return true }
            Glibc.usleep(5_000)  // Other processes' work: nothing here could be waited for.
        }
        return try isSo()
    }

    private func text(_ path: String, from offset: UInt64) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        do {
            try file.seek(toOffset: offset)
            return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        } catch {
            return "unreadable: \(error)"
        }
    }

    /// Where the build put the binaries: beside the test runner.
    public static var binaries: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let path = String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (path as NSString).deletingLastPathComponent
    }
}
