import Foundation

/// A folder of one test, removed with the last reference to it; kept where `TEST_KEEP` is set, to look into a failure.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() throws {
        path = NSTemporaryDirectory() + "mesh-test-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        if let keep = ProcessInfo.processInfo.environment["TEST_KEEP"], !keep.isEmpty { return }
        do { try FileManager.default.removeItem(atPath: path) } catch {
            FileHandle.standardError.write(Data("left behind: \(path)\n".utf8))
        }
    }

    public func path(_ name: String) -> String { "\(path)/\(name)" }
}
