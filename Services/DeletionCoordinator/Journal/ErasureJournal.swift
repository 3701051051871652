import Domain
import Erasure
import Glibc
import HolderContracts
import Threads
import Wire

/// Where tombstones go before any holder is told them.
protocol TombstoneJournal: Sendable {
    /// On disk when this returns.
    func append(_ tombstones: [Tombstone], of deletion: DeletionID) throws(JournalError)
}

/// Says what could not be done with the journal, where, and how to help.
struct JournalError: Error, Equatable, CustomStringConvertible {
    let operation: String
    let path: String
    let errno: Int32

    var description: String {
        "\(operation) \(path): \(String(cString: strerror(errno))): free disk space or mend the folder, and it goes on"
    }
}

/// `erasures.journal`: every tombstone that was ever placed, one JSON line each, outside the database and its backups, so that a restored
/// service learns whom to forget again.
///
/// Only ever appended. A line that was cut off by a crash was promised to nobody, and is removed before the next one is written.
final class ErasureJournal: TombstoneJournal, @unchecked Sendable {  // `isOpenEnded` is guarded by `lock`.
    private let path: String
    private let descriptor: Int32
    private let lock = Lock()
    /// The file may end in a part of a line.
    private var isOpenEnded = true

    /// Opens the journal of a data folder, and makes it when there is none.
    init(dataFolder: String) throws(JournalError) {
        path = "\(dataFolder)/\(JournalLine.fileName)"
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw JournalError(operation: "open", path: path, errno: errno) }
        try syncFolder(dataFolder)
    }

    deinit { close(descriptor) }

    func append(_ tombstones: [Tombstone], of deletion: DeletionID) throws(JournalError) {
        var bytes: [UInt8] = []
        for tombstone in tombstones {
            bytes += FieldVisitor.write(JournalLine(deletion: deletion, tombstone: tombstone))
            bytes.append(UInt8(ascii: "\n"))
        }
        try lock.withLock { () throws(JournalError) in
            if isOpenEnded { try removeTornLine() }
            isOpenEnded = true
            try write(bytes)
            guard fsync(descriptor) == 0 else { throw failure("sync") }
            isOpenEnded = false
        }
    }

    private func write(_ bytes: [UInt8]) throws(JournalError) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("append to") }
            written += count
        }
    }

    /// Cuts the file behind its last newline.
    private func removeTornLine() throws(JournalError) {
        let length = lseek(descriptor, 0, SEEK_END)
        guard length >= 0 else { throw failure("look at") }
        var end = length
        var byte: UInt8 = 0
        // Byte by byte: a line has about a hundred.
        while end > 0 {
            guard pread(descriptor, &byte, 1, end - 1) == 1 else { throw failure("read") }
            if byte == UInt8(ascii: "\n") { break }
            end -= 1
        }
        guard end < length else { return }
        guard ftruncate(descriptor, end) == 0 else { throw failure("shorten") }
    }

    /// A new file's name must outlive a power cut as well.
    private func syncFolder(_ folder: String) throws(JournalError) {
        let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folderDescriptor >= 0 else { throw failure("open the folder of") }
        defer { close(folderDescriptor) }
        guard fsync(folderDescriptor) == 0 else { throw failure("sync the folder of") }
    }

    private func failure(_ operation: String) -> JournalError { JournalError(operation: operation, path: path, errno: errno) }
}
