import Glibc
import Threads

/// What a service sets for its whole process, once, before it starts a thread.
enum ProcessSettings {
    /// How long a stop may take beyond the drains: workers' last calls, readers' last reads, the final checkpoint.
    static let stopGraceMilliseconds: Int64 = 15_000

    /// Leaves SIGTERM and SIGINT to `watchSignals`, lets writes to closed sockets fail instead of kill, and takes all descriptors
    /// that the system grants.
    static func apply() {
        var signals = stopSignals
        // Threads inherit the mask, so that no signal is delivered to one of them.
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Refused: the soft limit stands, and the listeners mind EMFILE.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// A child of ours inherits the mask; it must be stoppable.
    static func unblockSignals() {
        var signals = stopSignals
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Calls `onStop` at the first SIGTERM or SIGINT, on a thread of its own, and `onTimeout` when the process still lives long after.
    /// Later signals change nothing: a terminal's Ctrl-C reaches us a second time through the launcher.
    static func watchSignals(limitMilliseconds: Int64, onStop: @escaping @Sendable () -> Void, onTimeout: @escaping @Sendable () -> Void) {
        Thread("signals") {
            var signals = stopSignals
            var number: Int32 = 0
            let code = sigwait(&signals, &number)
            precondition(code == 0, "sigwait: \(code)")
            onStop()
            let lock = Lock()
            let never = Condition(lock)
            let clock = SystemClock()
            let deadline = clock.monotonicMilliseconds + limitMilliseconds
            lock.withLock {
                while clock.monotonicMilliseconds < deadline { _ = never.wait(milliseconds: deadline - clock.monotonicMilliseconds) }
            }
            onTimeout()
        }.detach()
    }

    private static var stopSignals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        return signals
    }
}
