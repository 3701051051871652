import Foundation

/// A look for words in every byte of every file below a folder: databases, write-ahead logs, our own logs, journals.
///
/// Simple on purpose, and written without the product's own scan: the one checks the other.
enum FolderBytes {
    /// `<file>: <word>` for every file that has it.
    static func find(_ words: [String], in folder: String) throws -> [String] {
        var found: [String] = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            let path = "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else { continue }
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            for word in words where data.range(of: Data(word.utf8)) != nil { found.append("\(name): \(word)") }
        }
        return found.sorted()
    }
}
