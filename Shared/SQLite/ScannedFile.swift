import Glibc

/// A file opened for one scan. Only in a process that has no SQLite connection to it: closing it drops that process's locks.
final class ScannedFile {
    let path: String
    let count: Int
    private let descriptor: Int32

    struct Unreadable: Error { let reason: String }

    /// Nil when there is no such file.
    init?(_ path: String) throws(Unreadable) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 && errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw Unreadable(reason: "errno \(errno)") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Unreadable(reason: "errno \(errno)") }
        self.path = path
        count = Int(status.st_size)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Fills `buffer` from `offset`; how much there was before the end of the file.
    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(Unreadable) -> Int {
        var done = 0
        while done < buffer.count {
            let got = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw Unreadable(reason: "errno \(errno)") }
            if got == 0 { break }
            done += got
        }
        return done
    }

    func bytes(at offset: Int, _ count: Int) throws(Unreadable) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        do {
            got = try bytes.withUnsafeMutableBytes { try read($0, at: offset) }
        } catch let error as Unreadable { throw error } catch { throw Unreadable(reason: "read") }
        return Array(bytes.prefix(got))
    }
}
