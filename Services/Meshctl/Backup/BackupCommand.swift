import DeletionCoordinatorContracts
import Domain
import Glibc
import HolderContracts
import Policy
import Runtime
import Wire

/// `backup DIR | list [DIR] | check SET`: copies of all services' files while they work, and what there is of them.
struct BackupCommand {
    private enum Action {
        case make(folder: String)
        case list(folder: String)
        /// Those that the coordinator knows of, wherever they are.
        case register
        case check(set: String)
    }

    /// Others' copies stand before the one that they follow from, so that no copy knows of something that the next one doesn't (DESIGN §6).
    private static let order: [Peer] = [.intake, .handoffContext, .conversationStore, .deletionCoordinator]

    private let mesh: Mesh?
    private let action: Action
    private let isJSON: Bool

    init(_ arguments: Arguments) throws {
        try arguments.allow()
        isJSON = arguments.has("--json")
        let words = arguments.words.dropFirst()
        switch (words.first, words.count) {
        case ("list"?, 2): action = .list(folder: BackupCommand.absolute(words[words.startIndex + 1]))
        case ("list"?, 1): action = .register
        case ("check"?, 2): action = .check(set: BackupCommand.absolute(words[words.startIndex + 1]))
        case (let folder?, 1): action = .make(folder: BackupCommand.absolute(folder))
        default: throw UsageError("backup takes: DIR, list [DIR], or check SET")
        }
        switch action {
        case .make, .register: mesh = try Mesh(arguments)
        case .list, .check: mesh = nil
        }
    }

    func run() throws -> Int32 {
        let now = SystemClock().now
        switch action {
        case .make(let folder):
            guard let mesh else { preconditionFailure("a backup is made of a mesh") }
            // A coordinator that was restored from one of them has forgotten the later ones.
            for set in try BackupSet.all(in: folder) { try register(try set.manifest(), at: mesh) }
            let set = try make(in: folder, of: mesh, now: now)
            try removeExpired(in: folder, now: now)
            if isJSON { Terminal.say(String(decoding: FieldVisitor.write(try set.manifest()), as: UTF8.self)) }
            say("\(set.folder) is whole; it ends on \(day(try set.manifest().expiresAt))")
        case .list(let folder): try list(folder, now: now)
        case .register:
            guard let mesh else { preconditionFailure("the register is the mesh's") }
            try listRegister(of: mesh, now: now)
        case .check(let path): return try check(BackupSet(folder: path), now: now)
        }
        return Exit.ok
    }

    private func make(in folder: String, of mesh: Mesh, now: Timestamp) throws -> BackupSet {
        // A colon is a separator elsewhere.
        let name = CivilTime.text(now).prefix(19).replacing(":", with: "-") + "Z"
        let part = BackupSet(folder: "\(folder)/\(name).part")
        try BackupCommand.makeFolder(folder)
        try BackupCommand.makeFolder(part.folder)
        var manifest = BackupManifest()
        manifest.madeAt = now
        manifest.expiresAt = now.adding(milliseconds: BackupSet.lifetimeDays * 86_400_000)
        // Before anything is copied: no copy is there that people are not told of.
        try register(manifest, at: mesh)
        for service in BackupCommand.order {
            let copy = try mesh.call(service, CopyHolder(file: part.path(of: service)))
            var file = BackupManifest.File()
            file.service = service.rawValue
            file.bytes = copy.bytes
            file.sha256 = try FileBytes.digest(part.path(of: service))
            manifest.files.append(file)
            say("\(service.rawValue): \(copy.bytes / 1024) KiB")
        }
        try FileBytes.create("\(part.folder)/\(BackupSet.manifestName)", FieldVisitor.write(manifest))
        let whole = BackupSet(folder: "\(folder)/\(name)")
        try FileBytes.syncFolder(part.folder)
        guard rename(part.folder, whole.folder) == 0 else {
            throw Failure(status: Exit.fault, message: "\(part.folder) can't be renamed: \(String(cString: strerror(errno)))")
        }
        try FileBytes.syncFolder(folder)
        return whole
    }

    private func register(_ manifest: BackupManifest, at mesh: Mesh) throws {
        let backup = Backup(madeAt: manifest.madeAt, expiresAt: manifest.expiresAt)
        _ = try mesh.call(.deletionCoordinator, RecordBackup(backup))
    }

    private func listRegister(of mesh: Mesh, now: Timestamp) throws {
        let response = try mesh.call(.deletionCoordinator, ListBackups(limit: ListBackups.countMax))
        if isJSON { return Terminal.say(String(decoding: FieldVisitor.write(response), as: UTF8.self)) }
        if response.backups.isEmpty { return Terminal.say("no backup is on record") }
        Terminal.table(
            ["made", "days old", "ends"],
            response.backups.map { [time($0.madeAt), age($0.madeAt, now), $0.expiresAt <= now ? "is over" : day($0.expiresAt)] })
    }

    private func time(_ time: Timestamp) -> String { String(CivilTime.text(time).prefix(16)) }
    private func day(_ time: Timestamp) -> String { String(CivilTime.text(time).prefix(10)) }
    private func age(_ madeAt: Timestamp, _ now: Timestamp) -> String { "\((now.rawValue - madeAt.rawValue) / 86_400_000)" }

    private func removeExpired(in folder: String, now: Timestamp) throws {
        for set in try BackupSet.all(in: folder) where try set.manifest().expiresAt <= now {
            try set.remove()
            say("\(set.folder) had ended and is gone")
        }
    }

    private func list(_ folder: String, now: Timestamp) throws {
        let sets = try BackupSet.all(in: folder).map { ($0, try $0.manifest()) }
        if isJSON {
            var writer = JSONWriter()
            writer.beginArray()
            for (_, manifest) in sets { FieldVisitor.write(manifest, into: &writer) }
            writer.endArray()
            return Terminal.say(String(decoding: writer.bytes, as: UTF8.self))
        }
        if sets.isEmpty { return Terminal.say("no backup in \(folder)") }
        Terminal.table(
            ["made", "days old", "ends", "KiB", "folder"],
            sets.map { set, manifest in
                [
                    time(manifest.madeAt), age(manifest.madeAt, now),
                    manifest.expiresAt <= now ? "over: delete it" : day(manifest.expiresAt),
                    "\(manifest.files.reduce(0) { $0 + $1.bytes } / 1024)", set.folder
                ]
            })
    }

    /// Exit 0 when it may be restored.
    private func check(_ set: BackupSet, now: Timestamp) throws -> Int32 {
        let manifest = try set.manifest()
        var problems = set.differences(from: manifest)
        if manifest.expiresAt <= now {
            problems.append("\(set.folder) has ended on \(day(manifest.expiresAt)): delete it")
        }
        for problem in problems { Terminal.complain(problem) }
        if problems.isEmpty { say("\(set.folder) is whole") }
        return problems.isEmpty ? Exit.ok : Exit.refused
    }

    private func say(_ text: String) { if !isJSON { Terminal.say(text) } }

    private static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw Failure(status: Exit.fault, message: "\(path) can't be made: \(String(cString: strerror(errno)))")
        }
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return "\(String(cString: folder))/\(path)"
    }
}
