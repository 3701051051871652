import Foundation
import TestKit
import Threads

/// Notes what happened on any thread, and lets a test wait for it.
final class Recorder<Note: Sendable & Equatable>: @unchecked Sendable {  // `all` is guarded by `lock`.
    /// A test that waits longer has failed; it never waits this long otherwise.
    static var patienceMilliseconds: Int64 { 10_000 }

    private let lock = Lock()
    private let changed: Condition
    private var all: [Note] = []

    init() { changed = Condition(lock) }

    var notes: [Note] { lock.withLock { all } }

    func note(_ note: Note) {
        lock.withLock {
            all.append(note)
            changed.broadcast()
        }
    }

    /// The first `count` notes, as soon as there are so many; fewer when patience ends.
    func wait(count: Int) -> [Note] {
        lock.withLock {
            while all.count < count, changed.wait(milliseconds: Recorder.patienceMilliseconds) {}
            return Array(all.prefix(count))
        }
    }
}

extension TemporaryFolder {
    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int
    }
}
