import Glibc
import Runtime
import Threads

/// Whether there is room to take in more: the last of a disk belongs to deletions, so that an erasure can always finish.
final class DiskReserve: @unchecked Sendable {  // `checkedAt` and `isThere` are guarded by `lock`.
    static let freeBytesMin: Int64 = 64 * 1024 * 1024
    static let checkMilliseconds: Int64 = 1000

    private let clock: any Clock
    private let freeBytes: @Sendable () -> Int64
    private let lock = Lock()
    private var checkedAt: Int64?
    private var isThere = true

    init(clock: any Clock, freeBytes: @escaping @Sendable () -> Int64) {
        self.clock = clock
        self.freeBytes = freeBytes
    }

    /// Looks at the disk once a second at most.
    var hasRoom: Bool {
        lock.withLock {
            let now = clock.monotonicMilliseconds
            if checkedAt.map({ now - $0 >= DiskReserve.checkMilliseconds }) ?? true {
                checkedAt = now
                isThere = freeBytes() >= DiskReserve.freeBytesMin
            }
            return isThere
        }
    }

    /// Bytes that an ordinary process may still write in a folder; 0 when the system can't tell. Source: statvfs(3).
    static func freeBytes(in folder: String) -> Int64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return 0 }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
