import Glibc
import Policy

/// Tells other processes which port the kernel gave to a door: `<data>/run/<service>.<door>.port`, a decimal number and a newline.
public struct PortFile: Sendable {
    public let path: String
    private let folder: String

    public init(dataFolder: String, service: Peer, door: MeshPlan.Door) {
        folder = "\(dataFolder)/run"
        path = "\(folder)/\(service.rawValue).\(door.rawValue).port"
    }

    /// Replaces the file in one step: who reads at the same time gets the old port or the new one.
    public func write(_ port: UInt16) throws {
        try AtomicFile.makeFolder(folder)
        try AtomicFile.replace(path, with: Array("\(port)\n".utf8), mode: 0o600)
    }

    /// Throws when there is no such file, because the service isn't up, or when it holds no port.
    public func read() throws -> UInt16 {
        let (bytes, _) = try AtomicFile.read(path, lengthMax: 16)
        guard bytes.last == UInt8(ascii: "\n"), let port = UInt16(String(decoding: bytes.dropLast(), as: UTF8.self)), port > 0 else {
            throw AtomicFile.Problem(operation: "read a port from", path: path, errno: EINVAL)
        }
        return port
    }

    /// Nobody shall connect to a port that may be somebody else's soon.
    public func remove() { unlink(path) }
}
