import Runtime

/// The folder in which notices lie until a mailer takes them: `.eml` files, which are there whole or not at all, for our own user alone.
/// A mailer sends one and removes it; that it is gone says that it was taken.
struct NoticeSpool: Sendable {
    static let suffix = ".eml"

    let folder: String

    /// Makes the folder unless it is there, and removes what a crash left half written.
    init(_ folder: String) throws(AtomicFile.Problem) {
        self.folder = folder
        try AtomicFile.makeFolder(folder)
        for name in try AtomicFile.names(in: folder) where name.hasSuffix(AtomicFile.unfinishedSuffix) {
            try AtomicFile.remove("\(folder)/\(name)")
        }
    }

    func path(of name: String) -> String { "\(folder)/\(name)" }

    /// Written again it is the same file.
    func write(_ name: String, _ bytes: [UInt8]) throws(AtomicFile.Problem) {
        try AtomicFile.replace(path(of: name), with: bytes, mode: 0o600, durably: true)
        try AtomicFile.syncFolder(folder)
    }

    func remove(_ names: [String]) throws(AtomicFile.Problem) {
        for name in names { try AtomicFile.remove(path(of: name)) }
        if !names.isEmpty { try AtomicFile.syncFolder(folder) }
    }

    /// Every file that lies there, whatever its name: for the scan.
    func names() throws(AtomicFile.Problem) -> [String] { try AtomicFile.names(in: folder) }
}
