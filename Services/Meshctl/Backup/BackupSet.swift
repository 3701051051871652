import Digest
import Domain
import Glibc
import Policy
import Runtime
import Wire

/// A backup: a folder with one copy of each service's file and `backup.json`, which says what it should be. As secret as the data folder.
struct BackupSet {
    static let manifestName = "backup.json"
    /// Shorter than the time in which a tombstone keeps somebody out after the last copy.
    static let lifetimeDays: Int64 = 30

    let folder: String

    func path(of service: Peer) -> String { "\(folder)/\(BackupSet.fileName(of: service))" }

    static func fileName(of service: Peer) -> String { "\(service.rawValue).sqlite" }

    /// - Throws: `Failure` when there is none, or it can't be read.
    func manifest() throws -> BackupManifest {
        let path = "\(folder)/\(BackupSet.manifestName)"
        do { return try FieldVisitor.read(BackupManifest.self, from: try FileBytes.read(path, max: BackupManifest.bytesMax)) } catch {
            throw Failure(status: Exit.refused, message: "\(folder) is no whole backup: \(path) can't be read: \(error)")
        }
    }

    /// What of the files is not as the manifest says; empty when all is.
    func differences(from manifest: BackupManifest) -> [String] {
        MeshPlan.services.compactMap { service in
            guard let entry = manifest.files.first(where: { $0.service == service.rawValue }) else {
                return "\(BackupSet.manifestName) doesn't know \(service.rawValue)"
            }
            do {
                let isSame = try FileBytes.digest(path(of: service)) == entry.sha256
                return isSame ? nil : "\(path(of: service)) was changed since it was made"
            } catch { return "\(path(of: service)) can't be read: \(error)" }
        }
    }

    /// Every backup in a folder, the oldest first; what is being made or is none is left out.
    /// - Throws: `Failure` when the folder is there and can't be read.
    static func all(in parent: String) throws -> [BackupSet] {
        guard let directory = opendir(parent) else {
            if errno == ENOENT { return [] }
            throw Failure(status: Exit.fault, message: "\(parent) can't be read: \(String(cString: strerror(errno)))")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if access("\(parent)/\(name)/\(manifestName)", F_OK) == 0 && !name.hasSuffix(".part") { names.append(name) }
        }
        return names.sorted().map { BackupSet(folder: "\(parent)/\($0)") }
    }

    /// Deletes the files that a backup is made of, and the folder.
    /// - Throws: `Failure` when something is left.
    func remove() throws {
        // The manifest last: what was interrupted is found again.
        for path in MeshPlan.services.map(path(of:)) + ["\(folder)/\(BackupSet.manifestName)"] where unlink(path) != 0 && errno != ENOENT {
            throw Failure(status: Exit.fault, message: "\(path) can't be deleted: \(String(cString: strerror(errno)))")
        }
        guard rmdir(folder) == 0 else {
            throw Failure(status: Exit.fault, message: "\(folder) can't be deleted: \(String(cString: strerror(errno)))")
        }
    }
}

/// `backup.json`.
struct BackupManifest: Fields, Equatable {
    static let bytesMax = 64 * 1024

    var madeAt = Timestamp()
    /// From then on it is not restored and has to be deleted.
    var expiresAt = Timestamp()
    var files: [File] = []

    mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("madeAt", &madeAt)
        fields.field("expiresAt", &expiresAt)
        fields.field("files", &files, max: 16)
    }

    struct File: Fields, Equatable {
        var service = ""
        var bytes: Int64 = 0
        /// Of the whole file, lower-case hex.
        var sha256 = ""

        mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("service", &service, max: 64)
            fields.field("bytes", &bytes, 0...Int64.max)
            fields.field("sha256", &sha256, max: 64)
        }
    }
}
