import Access
import ConversationStoreContracts
import Digest
import Domain
import Erasure
import Foundation
import HTTP
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Threads
import Wire

@testable import IntakeService

/// An intake on a fresh folder: real file, real keys, time by hand, and a store that a test answers for.
final class IntakeFixture {
    static let instagram = Account(.instagram, "17841400000000001")
    static let whatsapp = Account(.whatsapp, "100000000000001")

    let folder: String
    let time = ManualTime()
    let conversations = FakeConversationStore()
    let coordinator = PlayedCoordinator()
    let lines = Collected<String>()
    /// What the disk is said to have.
    let freeBytes = Collected<Int64>()
    private(set) var process: ServiceProcess
    private(set) var database: Database
    private(set) var intake: Intake
    /// The last that was opened.
    private(set) var workspace = WorkspaceID()

    private let variables: [String: String]

    /// - Parameter variables: of intake's own, beside those that every test has.
    init(options: DatabaseOptions = DatabaseOptions(), secrets: [String: String] = [:], variables: [String: String] = [:]) throws {
        self.variables = variables
        folder = NSTemporaryDirectory() + "intake-" + UUID().uuidString
        try KeyFolder.createMissing(dataFolder: folder)
        for (name, text) in secrets { try IntakeFixture.putKey(folder, name, text) }
        (process, database, intake) = try IntakeFixture.open(
            folder, time, conversations, coordinator, lines, freeBytes, options, variables)
        try intake.start()
    }

    deinit {
        close()
        do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }

    func close() {
        intake.stop()
        database.close()
    }

    /// As after a restart of the process.
    func reopen() throws {
        close()
        (process, database, intake) = try IntakeFixture.open(
            folder, time, conversations, coordinator, lines, freeBytes, DatabaseOptions(), variables)
        try intake.start()
    }

    private static func open(
        _ folder: String, _ time: ManualTime, _ conversations: FakeConversationStore, _ coordinator: PlayedCoordinator,
        _ lines: Collected<String>, _ freeBytes: Collected<Int64>, _ options: DatabaseOptions, _ variables: [String: String]
    ) throws -> (ServiceProcess, Database, Intake) {
        var environment = EnvironmentReader(
            ["MESH_DATA": folder, "MESH_BASE_PORT": "0", "MESH_INTAKE_ADDRESS_HEADER": "X-Real-IP"].merging(variables) { $1 },
            service: .intake)
        let configuration = IntakeConfiguration(&environment)
        let system = System(clock: time, scheduler: time, random: { SecureRandom.bytes($0) })
        let log = Log(service: "intake", system: system) { lines.add(String(decoding: $0, as: UTF8.self)) }
        let process = try ServiceProcess(service: .intake, configuration: ServiceConfiguration(&environment), system: system, log: log)
        let database = try Database(path: "\(folder)/intake.sqlite", service: "intake", migrations: IntakeMigrations.all, options: options)
        let intake = try Intake(
            process, configuration, database, conversations: conversations.transport, coordinator: coordinator.transport(for: .intake),
            freeBytes: { freeBytes.last ?? 1 << 40 })
        return (process, database, intake)
    }

    // MARK: The mesh

    /// A token of somebody whose role allows the request, new each time since tests let days pass; nil where the operator itself may.
    private func actor<R: Request>(for request: R, _ wanted: Role?) -> String? {
        let roles = R.contract.roles
        guard !roles.isEmpty, !roles.contains(.operator) else { return nil }
        let role = wanted ?? roles.first { !$0.isOfWorkspace } ?? roles[0]
        let workspace = role.isOfWorkspace ? request.scope.map { WorkspaceID(rawValue: $0) } : nil
        guard let member = member(role, of: workspace), case .ok(let issued) = call(IssueToken(workspace: workspace, member: member))
        else { return nil }
        return issued.token
    }

    /// Who acts in calls that need that role; nil where there is no such workspace.
    func member(_ role: Role, of workspace: WorkspaceID?) -> MemberID? {
        let key = RequestKey("member-\(role.rawValue)-\(workspace?.rawValue ?? "")")
        guard case .ok(let added) = call(AddMember(key: key, workspace: workspace, role: role.rawValue)) else { return nil }
        return added.member
    }

    /// As handoff-context gives it; the owner's unless said otherwise.
    func lease(
        _ channel: ChannelID, for recipient: Alias, to role: Role = .owner, holder: Lease.Holder = .assistant, conversation: Int64? = nil,
        turn: Int64 = 0, milliseconds: Int64 = Lease.assistantMilliseconds
    ) throws -> String {
        let lease = Lease(
            workspace: workspace, conversation: ConversationID(rawValue: conversation ?? Int64(recipient.value.suffix(4)) ?? 0),
            channel: channel, holder: holder, member: try #require(member(role, of: workspace)), turn: turn,
            expiresAt: time.now.adding(milliseconds: milliseconds))
        return LeaseKeys(try process.keys.leaseKeys()).sign(lease, for: [recipient])
    }

    /// Waits longer than a contract says: a busy test machine's disk is no refusal.
    func call<R: Request>(_ request: R, as peer: Peer? = nil, acting role: Role? = nil) -> Outcome<R> {
        let caller = peer ?? R.contract.programCaller
        let options = CallOptions(timeoutMilliseconds: 60_000, actor: caller == .operator ? actor(for: request, role) : nil)
        return LocalTransport(process.router, as: caller).call(request, options)
    }

    func ok<R: Request>(
        _ request: R, as peer: Peer? = nil, acting role: Role? = nil, at location: SourceLocation = #_sourceLocation
    ) throws -> R.Response {
        guard case .ok(let response) = call(request, as: peer, acting: role) else {
            Issue.record("\(R.contract.method) was not answered with ok", sourceLocation: location)
            throw Stopped()
        }
        return response
    }

    func openWorkspace(_ key: String = "workspace-1") throws -> WorkspaceID {
        workspace = try ok(OpenWorkspace.sample(key: key)).workspace
        return workspace
    }

    @discardableResult
    func connect(_ account: Account, to workspace: WorkspaceID, authorization: ChannelAuthorization? = nil) throws -> ChannelID {
        try ok(ConnectChannel.sample(workspace, account, authorization: authorization)).channel
    }

    // MARK: The public door

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        let answer = Answer<HTTPResponse>()
        intake.handle(request, HTTPReply { answer.fill($0) })
        return answer.wait()
    }

    /// Posts as the platform does, signed with its secret unless another is given.
    func post(_ body: String, to platform: Platform, secret: String? = nil) throws -> HTTPResponse {
        let name = platform == .instagram ? KeyName.instagramAppSecret : KeyName.whatsappAppSecret
        let key = try secret.map { Array($0.utf8) } ?? process.keys.secret(named: name)
        let mac = Hex.encode(HMACSHA256Key(key).authenticate(Array(body.utf8)))
        return try post(body, to: platform, signature: "sha256=\(mac)")
    }

    func post(_ body: String, to platform: Platform, signature: String?) throws -> HTTPResponse {
        var headers = HTTPHeaders()
        if let signature { headers.append("X-Hub-Signature-256", signature) }
        return answer(try HTTPRequest(.post, "/webhooks/\(platform.rawValue)", headers: headers, body: Array(body.utf8)))
    }

    // MARK: What is in the file

    func outbox() throws -> [ChannelEvent] {
        try database.read { connection in
            var events: [ChannelEvent] = []
            try connection.each("SELECT event FROM outbox ORDER BY sequence") { row in
                events.append(try FieldVisitor.read(ChannelEvent.self, from: row.withBytes(0) { Array($0) }))
            }
            return events
        }
    }

    func count(_ table: String) throws -> Int64 { try database.read { try $0.first("SELECT count(*) FROM \(table)") { $0.int(0) } } ?? -1 }

    func keyCount() throws -> Int64 { try count("inbox_keys") + count("recent_keys") }

    func quarantine() throws -> [ListQuarantine.Entry] { try ok(ListQuarantine(after: 0)).entries }

    func metric(_ name: String) -> Int64 { process.metrics.snapshot()[name] ?? 0 }

    /// How often a text stands in the bytes of the database and its log.
    func occurrences(of text: String) throws -> Int {
        let needle = Data(text.utf8)
        return try ["intake.sqlite", "intake.sqlite-wal"].reduce(0) { sum, name in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
            var count = 0
            var start = bytes.startIndex
            while let range = bytes.range(of: needle, in: start..<bytes.endIndex) {
                count += 1
                start = range.lowerBound + 1
            }
            return sum + count
        }
    }

    /// Everything that was queued for the writer before is done.
    func settle() throws {
        // Twice: what nobody waits for shares the first one's commit, and hears of it after the first one has.
        for _ in 0..<2 { try database.writer.write("settle") { _ in } }
    }

    /// Denials on record at public doors: `door reason count`, in order.
    func denials() throws -> [String] {
        try settle()
        return try database.read { connection in
            var denials: [String] = []
            try connection.each(
                "SELECT method, reason, sum(count), max(workspace) FROM denials WHERE peer = 'public' GROUP BY method, reason ORDER BY 1, 2"
            ) { denials.append("\($0.text(0)) \($0.text(1)) \($0.int(2))\($0.text(3).isEmpty ? "" : " \($0.text(3))")") }
            return denials
        }
    }

    /// Denials of one method on record: `reason peer count`.
    func denials(of method: String) throws -> [String] {
        try settle()
        return try database.read { connection in
            var denials: [String] = []
            try connection.each(
                "SELECT reason, peer, sum(count) FROM denials WHERE method = ? GROUP BY reason, peer ORDER BY 1, 2", .text(method)
            ) { denials.append("\($0.text(0)) \($0.text(1)) \($0.int(2))") }
            return denials
        }
    }

    /// A file comes into the key folder, or goes.
    func putKey(_ name: String, _ text: String?, mode: Int = 0o600) throws { try IntakeFixture.putKey(folder, name, text, mode: mode) }

    private static func putKey(_ folder: String, _ name: String, _ text: String?, mode: Int = 0o600) throws {
        let path = "\(folder)/keys/\(name)"
        guard let text else { return try FileManager.default.removeItem(atPath: path) }
        #expect(FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
    }

    // MARK: Time

    /// As the coordinator has it done now, by every rule; then a millisecond passes.
    func expire() throws {
        let coordinator = LocalTransport(process.router, as: .deletionCoordinator)
        for rule in Retention.allCases {
            let expiry = ExpireData(rule: rule, until: time.now.adding(milliseconds: -rule.length.milliseconds))
            while case .ok(let answer) = coordinator.call(expiry), answer.isPartial == true {}
        }
        time.advance(milliseconds: 1)
    }

    /// Lets pauses pass until the store has been given so many events; gives up after more pauses than any test needs.
    func pass(untilEvents count: Int) {
        for _ in 0..<200_000 {
            if conversations.events.count >= count { return }
            time.advance(milliseconds: Backoff.millisecondsMaxDefault)
            sched_yield()
        }
        Issue.record("the store did not get \(count) events")
    }

    struct Stopped: Error {}
}

extension OpenWorkspace {
    static func sample(key: String = "workspace-1", name: String = "Lamp Shop (invented)") -> OpenWorkspace {
        OpenWorkspace(
            key: RequestKey(key), name: name, market: .international, policyVersion: "2026-06-19", agreementVersion: "2026-01",
            onDeletion: .erase)
    }
}

extension ConnectChannel {
    static func sample(
        _ workspace: WorkspaceID, _ account: Account, key: String? = nil, consents: Bool = true,
        authorization: ChannelAuthorization? = nil, business: String? = nil, credential: WebhookCredential? = nil
    ) -> ConnectChannel {
        let attestation = Attestation(
            member: "member-1", textVersion: "2026-01", attestedAt: Timestamp(rawValue: 1_767_225_600_000), rights: true, notices: true,
            consents: consents)
        return ConnectChannel(
            key: RequestKey(key ?? "connect-\(workspace.rawValue)-\(account.id)"), workspace: workspace, account: account,
            attestation: attestation, authorization: authorization, business: business, credential: credential)
    }
}

/// Values in the order in which they came, from any thread.
final class Collected<Value: Sendable>: @unchecked Sendable {  // Guarded by `lock`.
    private let lock = Lock()
    private var values: [Value] = []

    func add(_ value: Value) { lock.withLock { values.append(value) } }
    var all: [Value] { lock.withLock { values } }
    var last: Value? { lock.withLock { values.last } }
}
