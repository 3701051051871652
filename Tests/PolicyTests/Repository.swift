import Foundation
import Testing

/// The files of this repository, as tests read the tables that people wrote.
enum Repository {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// nil where there is no such file.
    /// - Parameter path: from the root.
    static func text(of path: String) -> String? {
        let url = root.appending(path: path)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        do { return try String(contentsOf: url, encoding: .utf8) } catch {
            Issue.record("\(path): \(error)")
            return nil
        }
    }
}
