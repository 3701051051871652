import Glibc
import Threads

/// What a service has read from its key folder, read anew when the folder has changed: so keys come and go while it runs.
///
/// The folder's time tells: it moves when a file comes, goes or takes another's place, not when one is written over.
public final class LiveKeys<Value: Sendable>: @unchecked Sendable {  // `value` and `readAt` are guarded by `lock`.
    private let folder: KeyFolder
    private let read: @Sendable (KeyFolder) throws(KeyProblem) -> Value
    private let onProblem: @Sendable (KeyProblem) -> Void
    private let lock = Lock()
    private var value: Value
    /// The folder's time when it was read; nil: it is to be read again.
    private var readAt: timespec?

    /// - Parameter onProblem: is told when the folder has changed and can't be read; then what was read before stays, since one broken
    ///   file must not lock everybody out, and each call tries again.
    init(
        _ folder: KeyFolder, onProblem: @escaping @Sendable (KeyProblem) -> Void,
        read: @escaping @Sendable (KeyFolder) throws(KeyProblem) -> Value
    ) throws(KeyProblem) {
        self.folder = folder
        self.onProblem = onProblem
        self.read = read
        readAt = LiveKeys.settledTime(of: folder)
        value = try read(folder)
    }

    /// As the folder stands now.
    public var current: Value {
        lock.withLock {
            // Before the read: what changes during it is then seen by the next call.
            let changedAt = LiveKeys.settledTime(of: folder)
            if let readAt, let changedAt, readAt.tv_sec == changedAt.tv_sec, readAt.tv_nsec == changedAt.tv_nsec { return value }
            do throws(KeyProblem) {
                value = try read(folder)
                readAt = changedAt
            } catch {
                onProblem(error)
            }
            return value
        }
    }

    /// nil while a further change could bear the same time: a file system's clock ticks every few milliseconds. Also nil for a folder
    /// that can't be looked at; reading it says why.
    private static func settledTime(of folder: KeyFolder) -> timespec? {
        var status = stat()
        var now = timespec()
        guard stat(folder.path, &status) == 0, clock_gettime(CLOCK_REALTIME, &now) == 0 else { return nil }
        let changed = status.st_mtim
        let age = (now.tv_sec - changed.tv_sec) * 1000 + (now.tv_nsec - changed.tv_nsec) / 1_000_000
        return age >= 50 ? changed : nil
    }
}

extension ServiceProcess {
    /// Keys that may come and go while the service runs; what is wrong with them at the start ends the process with exit code 78.
    public func liveKeys<Value: Sendable>(
        _ read: @escaping @Sendable (KeyFolder) throws(KeyProblem) -> Value
    ) -> LiveKeys<Value> {
        do throws(KeyProblem) {
            return try LiveKeys(keys, onProblem: { [limitedLog] in limitedLog.keysUnreadable($0) }, read: read)
        } catch {
            Failure.configuration([error.description])
        }
    }
}

extension LogLimiter {
    func keysUnreadable(_ problem: KeyProblem) {
        event("keysUnreadable", level: .error, ("error", .safe(problem.description)))
    }
}
