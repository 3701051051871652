import Glibc
import Threads

/// Makes sure that a database file is private and that one process has it.
///
/// The lock is on a file beside the database: the database's own descriptors belong to SQLite.
final class FileOwnership: @unchecked Sendable {  // `descriptor` is touched under `lock` only.
    private let lock = Lock()
    private var descriptor: Int32

    init(path: String) throws(DatabaseError) {
        let beside = path + ".lock"
        let opened = open(beside, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw FileOwnership.error(.io, "the lock beside the file can't be made (errno \(errno)): does the folder exist?")
        }
        descriptor = opened
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw FileOwnership.error(.busy, "another process has the file: end it first")
        }
        // Before SQLite, which would make it readable for others; its log and index files take over this mode.
        let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if made >= 0 { Glibc.close(made) }
        guard chmod(path, 0o600) == 0 else { throw FileOwnership.error(.io, "the file can't be made private (errno \(errno))") }
    }

    deinit { release() }

    /// After the last connection is closed.
    func release() {
        lock.withLock {
            if descriptor >= 0 { Glibc.close(descriptor) }
            descriptor = -1
        }
    }

    private static func error(_ code: DatabaseError.Code, _ hint: String) -> DatabaseError {
        DatabaseError(code, operation: "open", hint: hint)
    }
}
