import Glibc

/// The limits of one database, and what the caller lends it. The defaults are those of a service.
public struct DatabaseOptions: Sendable {
    /// Read-only connections, so reads at the same time.
    public var readersMax = 8
    /// A read is interrupted after this long: an old snapshot keeps the write-ahead log from being emptied.
    public var readMillisecondsMax: Int64 = 1_000
    /// How long a read waits for a free connection before it gets `busy`.
    public var readerWaitMillisecondsMax: Int64 = 1_000
    /// Memory-mapped bytes of each reader.
    public var readerMapBytes = 1 << 30

    /// Jobs that are accepted and not yet answered; more are refused.
    public var queueCountMax = 16_384
    /// Jobs in one transaction, so in one fsync.
    public var batchCountMax = 1_024
    /// A transaction takes no further job after this long.
    public var batchMillisecondsMax: Int64 = 20
    /// Page cache of the writer.
    public var writerCacheKibibytes = 32 * 1_024

    /// Pages in the write-ahead log after which the writer checkpoints, between two batches.
    public var checkpointPages = 4_000
    /// Pages after which a checkpoint also waits for readers, so that the log starts again from its beginning.
    public var checkpointPagesMax = 32_000

    /// Unix milliseconds, for the record of migrations.
    public var nowMilliseconds: @Sendable () -> Int64 = {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// Wraps the calling of one batch's completions, so that replies can be flushed together.
    public var aroundCompletions: @Sendable (() -> Void) -> Void = { $0() }

    /// Called on the writer's thread when a checkpoint failed. Nothing is lost: the next threshold tries again. Must be short.
    public var onWarning: @Sendable (DatabaseError) -> Void = { _ in }

    /// Called once, on the writer's thread, after a commit has failed. What is on disk is unknown, so the default ends the process.
    public var onFatal: @Sendable (DatabaseError) -> Void = { error in
        let line = Array("database fatal: \(error)\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(EX_SOFTWARE)
    }

    // Off only in the negative controls of the residue tests.
    var secureDelete = true
    var scrubsPages = true

    public init() {}
}
