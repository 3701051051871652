import FoundationEssentials
import Glibc

/// A folder for the files of one run, on the disk that is measured; gone when the run ends.
final class WorkFolder: Sendable {
    private let root: String

    /// Inside `parent`, which is made if it isn't there.
    init(in parent: String) throws {
        let base = parent.hasPrefix("/") ? parent : "\(FileManager.default.currentDirectoryPath)/\(parent)"
        root = "\(base)/run.\(getpid())"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    /// A new folder inside this one.
    func subfolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(
            atPath: path(name), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        return path(name)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

    /// Removes the folder with all that is in it.
    func remove() throws { try FileManager.default.removeItem(atPath: root) }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    }

    static func text(of path: String) throws -> String {
        // Files of /proc say that they have no bytes: read to the end, not to the size.
        guard let file = fopen(path, "r") else { throw BenchmarkFailure("open \(path): \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }
}
