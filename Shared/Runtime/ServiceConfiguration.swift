import Glibc
import Net
import Policy

/// What every service is told by its environment, read once.
///
/// | variable | meaning | default |
/// | --- | --- | --- |
/// | `MESH_DATA` | folder of databases, keys and run files | `./.data` |
/// | `MESH_BASE_PORT` | ports are this plus a fixed number (`MeshPlan`); 0: the kernel chooses, and port files tell | 7100 |
/// | `MESH_HOST` | numeric address to listen on | `127.0.0.1` |
/// | `MESH_LINK` | `protected` states that a tunnel or a private network carries what leaves this machine | `local` |
/// | `MESH_<SERVICE>_ADDRESS` | `host:port` of another service's mesh door | this machine, by base port |
/// | `MESH_LOG_FILE` | the file that our stdout goes to, for the byte scan | none |
/// | `MESH_STOP_MILLISECONDS` | how long a stop waits for requests in flight | 5000 |
public struct ServiceConfiguration: Sendable {
    public enum Link: String, Sendable, CaseIterable { case local, protected }

    /// Below 1024 a port needs a privilege.
    static let basePortMin: Int64 = 1024
    static let stopMillisecondsMax: Int64 = 60_000

    public let dataFolder: String
    public let host: String
    public let basePort: UInt16
    public let logFile: String?
    public let stopMilliseconds: Int64
    public let link: Link
    private let addresses: [Peer: SocketAddress]

    public init(_ environment: inout EnvironmentReader) {
        dataFolder = environment.path("MESH_DATA", default: "./.data")
        basePort = ServiceConfiguration.readBasePort(&environment)
        host = environment.string("MESH_HOST", default: "127.0.0.1")
        logFile = environment.optionalPath("MESH_LOG_FILE")
        stopMilliseconds = environment.integer(
            "MESH_STOP_MILLISECONDS", default: 5000, range: 0...ServiceConfiguration.stopMillisecondsMax)
        link = environment.word("MESH_LINK", default: Link.local)
        var addresses: [Peer: SocketAddress] = [:]
        for service in MeshPlan.services {
            let name = service.variablePrefix + "ADDRESS"
            guard let address = environment.optionalAddress(name) else { continue }
            addresses[service] = address
            ServiceConfiguration.check(address, name, link, &environment)
        }
        self.addresses = addresses
        do { ServiceConfiguration.check(try SocketAddress(host: host, port: basePort), "MESH_HOST", link, &environment) } catch {
            environment.problem("MESH_HOST", "must be a numeric IPv4 or IPv6 address: names are not resolved")
        }
    }

    public func databasePath(of service: Peer) -> String { "\(dataFolder)/\(service.rawValue).sqlite" }

    /// The port to listen on; 0 lets the kernel choose. nil when the service has no such door.
    public func port(of service: Peer, _ door: MeshPlan.Door) -> UInt16? {
        MeshPlan.portOffset(service, door).map { basePort == 0 ? 0 : basePort + $0 }
    }

    /// The console never leaves the machine, whatever `MESH_HOST` says.
    public func host(of door: MeshPlan.Door) -> String { door == .console ? "127.0.0.1" : host }

    /// Where a service's mesh door is now. Asked at each connect: with base port 0 a service that was started anew has another port.
    /// Throws when its port file isn't there (yet).
    public func meshAddress(of service: Peer) throws -> SocketAddress {
        if let address = addresses[service] { return address }
        guard let port = port(of: service, .mesh) else { preconditionFailure("\(service.rawValue) is no service that listens") }
        let known = port == 0 ? try PortFile(dataFolder: dataFolder, service: service, door: .mesh).read() : port
        return try SocketAddress(host: hostForCalling, port: known)
    }

    /// Listening on every address is no address to call.
    private var hostForCalling: String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }

    private static func readBasePort(_ environment: inout EnvironmentReader) -> UInt16 {
        let max = Int64(UInt16.max - MeshPlan.portOffsetMax)
        let port = environment.integer("MESH_BASE_PORT", default: 7100, range: 0...max)
        if port != 0 && port < basePortMin { environment.problem("MESH_BASE_PORT", "must be 0, or \(basePortMin) to \(max)") }
        return UInt16(port)
    }

    /// An address that personal data is sent to in clear: the hello proves who connects, and hides nothing (DESIGN §2).
    public static func check(_ address: SocketAddress, _ name: String, _ link: Link, _ environment: inout EnvironmentReader) {
        if !address.isLoopback && link != .protected {
            environment.problem(name, "leaves this machine: set MESH_LINK=protected when a tunnel or a private network carries it")
        }
    }
}
