import Foundation
import Testing

/// The goldens: one line of JSON a file, written by hand. Only read here, never written.
enum Golden {
    /// Beside the methods' folders.
    static let faults = "faults"
    static let refusalPrefix = "refusal-"

    /// Without the newline that ends the line.
    static func read(_ folder: String, _ name: String) throws -> [UInt8] {
        let bytes = [UInt8](try Data(contentsOf: root.appending(path: folder).appending(path: "\(name).json")))
        let line = bytes.dropLast()
        try #require(bytes.last == UInt8(ascii: "\n") && !line.contains(UInt8(ascii: "\n")), "\(folder)/\(name).json is one line")
        return Array(line)
    }

    /// The names of a folder's files, without `.json`.
    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path).map { name in
            try #require(name.hasSuffix(".json"), "\(folder)/\(name) is no golden")
            return String(name.dropLast(".json".count))
        }
    }

    /// The methods that have a folder.
    static func methods() throws -> [String] {
        try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: [.isDirectoryKey])
            .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent).filter { $0 != faults }
    }

    /// The methods that the contracts' sources declare, whether or not anything lists them.
    static func declaredMethods() throws -> [String] {
        let folder = root.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "Shared/Contracts")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil), "the contracts' sources")
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).matches(of: /= Contract\(\s*"([A-Za-z.]+)"/).map { String($0.1) }
        }
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
}

func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
