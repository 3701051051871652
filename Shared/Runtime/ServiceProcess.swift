import Glibc
import HTTP
import Net
import Policy
import SQLite
import Threads
import Wire

/// What each service process consists of beside its own work: configuration, keys, log, router, database, clients, health and metrics.
///
///     let (process, configuration) = ServiceProcess.begin(.intake, IntakeConfiguration.init)
///     let database = process.database(migrations: IntakeMigrations.all)
///     let service = process.make { try Intake(process, configuration, database) }
///     process.run(serving: IntakeCatalogue.methods, doors: service.doors, start: service.start, stop: service.stop)
public final class ServiceProcess: Sendable {
    public let service: Peer
    public let configuration: ServiceConfiguration
    public let system: System
    public let log: Log
    /// For events that anyone who reaches a door can cause.
    public let limitedLog: LogLimiter
    public let keys: KeyFolder
    /// Handlers are registered before `run`.
    public let router: Router
    public let health = Health()
    public let metrics = Metrics()

    let startedAt: Int64
    let stopRequest = StopRequest()
    let keyRing: KeyRing
    private let callingKeys: LinkKeys
    private let lock = Lock()
    // Guarded by `lock`.
    nonisolated(unsafe) private var openDatabase: Database?
    nonisolated(unsafe) private var clients: [Peer: MeshClient] = [:]
    nonisolated(unsafe) private var polls: [LongPolls] = []
    nonisolated(unsafe) private var listener: MeshListener?

    /// A process's parts without anything that is global: no environment, no signals. Tests use it as it is, `begin` does the rest.
    /// Throws when the key folder is missing, or a key of the service is broken or readable by others.
    public init(service: Peer, configuration: ServiceConfiguration, system: System, log: Log) throws(KeyProblem) {
        self.service = service
        self.configuration = configuration
        self.system = system
        self.log = log
        limitedLog = LogLimiter(log, system)
        startedAt = system.clock.monotonicMilliseconds
        keys = KeyFolder(dataFolder: configuration.dataFolder)
        router = Router(service: service.rawValue)
        keyRing = try KeyRing(keys, of: service) { [limitedLog] in limitedLog.keysUnreadable($0) }
        callingKeys = try keys.callingKeys(of: service)
    }

    /// A stop was asked for. A long `start` looks at it and gives up.
    public var isStopping: Bool { stopRequest.isMade }

    /// The service's own file, `<data>/<service>.sqlite`; one a process. It is closed after `stop`. A file that can't be opened ends the
    /// process with exit code 70, as does a commit that fails; a file of another service or of a newer binary ends it with 78: a new start
    /// mends nothing until the operator has changed folder or binary.
    public func database(migrations: [Migration]) -> Database {
        var options = DatabaseOptions()
        options.nowMilliseconds = { [clock = system.clock] in clock.now.rawValue }
        options.aroundCompletions = { FlushScope.run($0) }
        options.onWarning = { [limitedLog] error in limitedLog.event("checkpointFailed", ("error", .safe(error.description))) }
        options.onFatal = { [log] error in
            log.event("commitFailed", level: .error, ("error", .safe(error.description)))
            // Nothing is unwound: what other threads believe about the file may be wrong.
            _exit(EX_SOFTWARE)
        }
        do {
            let path = configuration.databasePath(of: service)
            let database = try Database(path: path, service: service.rawValue, migrations: migrations, options: options)
            lock.withLock {
                precondition(openDatabase == nil, "a service has one database")
                openDatabase = database
            }
            observe(database)
            return database
        } catch let error as DatabaseError where error.code == .schema {
            log.event("startFailed", level: .error, ("step", "database"), ("error", .safe("\(error)")))
            Failure.configuration(["\(service.rawValue): database: \(error)"])
        } catch {
            failStart("database", error)
        }
    }

    /// Runs `make`, which puts the service's own parts together. When it throws, the process ends with exit code 70.
    public func make<Service>(_ make: () throws -> Service) -> Service {
        do { return try make() } catch {
            closeDatabase()
            failStart("parts", error)
        }
    }

    /// The start has failed for a reason that another one may not find.
    func failStart(_ step: StaticString, _ error: any Error) -> Never {
        log.event("startFailed", level: .error, ("step", .word(step)), ("error", .safe("\(error)")))
        Failure.software("\(service.rawValue): \(step): \(error)")
    }

    /// The one client to another service. It connects at its first call, asks for the address at each connect, and is closed by `run`.
    /// Without a key for that link the process ends with exit code 78.
    public func client(to callee: Peer) -> MeshClient {
        lock.withLock {
            if let client = clients[callee] { return client }
            guard callingKeys.newest(callee.rawValue) != nil else {
                let name = KeyName.link(service.rawValue, callee.rawValue, id: "<key id>")
                Failure.configuration(["\(keys.path)/\(name) is missing: the launcher makes missing keys"])
            }
            let client = MeshClient(
                peer: service, service: callee.rawValue, keys: callingKeys,
                address: { [configuration] in
                    let address = try configuration.meshAddress(of: callee)
                    return (address.host, address.port)
                },
                clock: { [clock = system.clock] in clock.monotonicMilliseconds }, random: system.random)
            clients[callee] = client
            return client
        }
    }

    /// One secret of the key folder (`KeyName`). A missing, broken or unsafe one ends the process with exit code 78.
    public func secret(_ name: String) -> [UInt8] {
        do { return try keys.secret(named: name) } catch { Failure.configuration([error.description]) }
    }

    /// The keys that sign tokens, by id; none at all ends the process with exit code 78.
    public func tokenKeys() -> [String: [UInt8]] {
        signingKeys(first: KeyName.tokenKey("t1")) { () throws(KeyProblem) in try keys.tokenKeys() }
    }

    /// The keys that sign leases, by id; none at all ends the process with exit code 78.
    public func leaseKeys() -> [String: [UInt8]] {
        signingKeys(first: KeyName.leaseKey("l1")) { () throws(KeyProblem) in try keys.leaseKeys() }
    }

    private func signingKeys(first: String, _ read: () throws(KeyProblem) -> [String: [UInt8]]) -> [String: [UInt8]] {
        do throws(KeyProblem) {
            let found = try read()
            if found.isEmpty { Failure.configuration(["\(keys.path)/\(first) is missing: the launcher makes missing keys"]) }
            return found
        } catch {
            Failure.configuration([error.description])
        }
    }

    /// The live peppers of tombstones by version; none at all ends the process with exit code 78.
    public func peppers() -> [Int64: [UInt8]] {
        do throws(KeyProblem) {
            let peppers = try keys.peppers()
            if peppers.isEmpty { Failure.configuration(["\(keys.path)/\(KeyName.pepper(1)) is missing: the launcher makes missing keys"]) }
            return peppers
        } catch {
            Failure.configuration([error.description])
        }
    }

    /// Lets programs connect that are not the mesh's own.
    /// - Parameter kind: of the program with that name; nil for one that is not known.
    public func knowPeers(_ kind: @escaping @Sendable (String) -> Peer?) { keyRing.know(kind) }

    /// Ends the connections of programs that may not connect any more.
    public func cutOff(_ programs: Set<String>) { lock.withLock { listener }?.cutOff(programs) }

    func hasOpened(_ listener: MeshListener) { lock.withLock { self.listener = listener } }

    /// Long polls that a stop resumes before it waits for the requests in flight; else each would hold the stop up.
    public func longPolls(_ name: String) -> LongPolls {
        let made = LongPolls(system, name: name)
        lock.withLock { polls.append(made) }
        return made
    }

    func resumePolls() { for polls in lock.withLock({ polls }) { polls.stop() } }

    /// Who waits for a reply gets `unavailable` at once, so that workers can be joined.
    func closeClients() { for client in lock.withLock({ Array(clients.values) }) { client.close() } }

    func closeDatabase() { lock.withLock { openDatabase }?.close() }
}
