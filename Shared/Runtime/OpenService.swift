import HTTP
import Net
import Wire

/// A service whose doors are open. `close` it; what it opened is gone then, and the process's database and clients too.
public final class OpenService: Sendable {
    private let process: ServiceProcess
    private let mesh: MeshListener
    private let servers: [(door: MeshPlan.Door, server: HTTPServer)]

    /// Registers the built-in methods, seals the router, starts the service's own work, and only then lets anyone in: a holder pulls
    /// the tombstones that it missed before it answers.
    init(_ process: ServiceProcess, serving methods: [String], doors: [HTTPDoor], start: () throws -> Void) throws {
        self.process = process
        process.registerMeshMethods()
        process.router.seal(serving: methods + ServiceProcess.meshMethods)
        try start()
        servers = try doors.map { ($0.name.door, try process.server(of: $0)) }
        mesh = try process.listener()
        process.hasOpened(mesh)
        process.observe(mesh)
        for (door, server) in servers {
            process.observe(server, door)
            try server.start()
        }
        for (door, port) in ports { try process.portFile(door).write(port) }
    }

    /// The port of a door; nil when the service has none of that kind.
    public func port(_ door: MeshPlan.Door) -> UInt16? { ports.first { $0.door == door }?.port }

    var ports: [(door: MeshPlan.Door, port: UInt16)] { [(.mesh, mesh.port)] + servers.map { ($0.door, $0.server.port) } }

    /// Lets nobody in any more, answers what is in flight within the configured time, runs `stop`, and closes the database.
    /// Returns whether everything in flight was answered.
    @discardableResult
    public func close(stop: () -> Void = {}) -> Bool {
        for (door, _) in ports { process.portFile(door).remove() }
        let clock = process.system.clock
        let deadline = clock.monotonicMilliseconds + process.configuration.stopMilliseconds
        var cut = 0
        for (_, server) in servers { cut += server.drain(deadlineMilliseconds: max(0, deadline - clock.monotonicMilliseconds)) }
        process.resumePolls()
        let isAnswered = mesh.drain(deadlineMilliseconds: max(0, deadline - clock.monotonicMilliseconds))
        process.closeClients()
        stop()
        process.closeDatabase()
        return isAnswered && cut == 0
    }
}

extension ServiceProcess {
    fileprivate func portFile(_ door: MeshPlan.Door) -> PortFile {
        PortFile(dataFolder: configuration.dataFolder, service: service, door: door)
    }

    fileprivate func server(of door: HTTPDoor) throws -> HTTPServer {
        guard let port = configuration.port(of: service, door.name.door) else {
            preconditionFailure("\(service.rawValue) has no \(door.name.door.rawValue) door: see MeshPlan")
        }
        return try HTTPServer(
            host: configuration.host(of: door.name.door), port: port, name: door.name.door.rawValue, limits: door.limits,
            loopCount: door.loopCount, clock: { [clock = system.clock] in clock.monotonicMilliseconds },
            unixSeconds: { [clock = system.clock] in clock.now.rawValue / 1000 }, handler: door.handler)
    }

    fileprivate func listener() throws -> MeshListener {
        guard let port = configuration.port(of: service, .mesh) else {
            preconditionFailure("\(service.rawValue) is no service that listens")
        }
        var options = MeshListenerOptions()
        options.isLinkProtected = configuration.link == .protected
        return try MeshListener(
            host: configuration.host(of: .mesh), port: port, router: router, register: keyRing, options: options, random: system.random,
            log: { [limitedLog] in limitedLog.event($0) })
    }
}

extension LogLimiter {
    fileprivate func event(_ event: MeshListener.Event) {
        switch event {
        case .descriptorsExhausted: self.event("descriptorsExhausted", level: .error)
        case .threadsExhausted: self.event("threadsExhausted", level: .error)
        case .acceptFailed(let error): self.event("acceptFailed", level: .error, ("error", .safe(error.description)))
        case .helloFailed(let code): self.event("helloFailed", ("code", .safe(code.rawValue)))
        case .connectionRefused(let peer): self.event("connectionRefused", ("peer", .safe(peer.name)))
        case .readerStalled(let peer): self.event("readerStalled", ("peer", .safe(peer.name)))
        case .senderStalled(let peer): self.event("senderStalled", ("peer", .safe(peer.name)))
        }
    }
}
