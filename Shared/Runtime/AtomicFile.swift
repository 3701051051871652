import Glibc

/// Small files that are there whole or not at all.
public enum AtomicFile {
    public struct Problem: Error, Equatable, CustomStringConvertible {
        let operation: String
        let path: String
        let errno: Int32

        public var description: String { "\(operation) \(path): \(String(cString: strerror(errno)))" }
    }

    /// What the name of a file ends with while it is written.
    public static let unfinishedSuffix = ".new"

    /// Replaces the file. Readers see the old or the new content; it outlives a power cut only if `durably`, once its folder is synced too.
    public static func replace(_ path: String, with bytes: [UInt8], mode: mode_t, durably: Bool = false) throws(Problem) {
        let temporary = "\(path).\(getpid())\(unfinishedSuffix)"
        try write(temporary, bytes, mode: mode, durably: durably)
        guard rename(temporary, path) == 0 else { throw failure("rename", path, removing: temporary) }
    }

    /// Makes the file, on disk when this returns once its folder is synced too. False when there is one already, which stays untouched.
    static func create(_ path: String, with bytes: [UInt8], mode: mode_t) throws(Problem) -> Bool {
        let temporary = "\(path).\(getpid())\(unfinishedSuffix)"
        try write(temporary, bytes, mode: mode, durably: true)
        // link and not rename: of two that start at the same time one wins, and nobody's key is overwritten.
        let code = link(temporary, path)
        if code != 0 && errno != EEXIST { throw failure("link", path, removing: temporary) }
        unlink(temporary)
        return code == 0
    }

    /// Makes the folder unless it is there, for its owner only.
    public static func makeFolder(_ path: String) throws(Problem) {
        if mkdir(path, 0o700) != 0 && errno != EEXIST { throw failure("make folder", path) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure("look at", path) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw Problem(operation: "make folder", path: path, errno: ENOTDIR) }
    }

    /// A file that is not there is removed already.
    public static func remove(_ path: String) throws(Problem) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Brings the names in a folder to disk.
    public static func syncFolder(_ path: String) throws(Problem) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open folder", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync folder", path) }
    }

    /// The names in a folder, in order.
    public static func names(in path: String) throws(Problem) -> [String] {
        guard let folder = opendir(path) else { throw failure("read folder", path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The content of a file of at most `lengthMax` bytes, and the status that belongs to it.
    public static func read(_ path: String, lengthMax: Int) throws(Problem) -> (bytes: [UInt8], status: stat) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("look at", path) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= lengthMax else {
            throw Problem(operation: "read a small file", path: path, errno: EFBIG)
        }
        var bytes = [UInt8](repeating: 0, count: lengthMax)
        let count = Glibc.read(descriptor, &bytes, lengthMax)
        // Nothing read is not an empty file: a key that can't be read must not become an empty key.
        guard count >= 0 else { throw failure("read", path) }
        return (Array(bytes.prefix(count)), status)
    }

    private static func write(_ path: String, _ bytes: [UInt8], mode: mode_t, durably: Bool) throws(Problem) {
        unlink(path)  // Left by a process that had our number and died.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure("create", path) }
        defer { close(descriptor) }
        // The umask may have taken more away than we want, never less.
        guard fchmod(descriptor, mode) == 0 else { throw failure("set the mode of", path, removing: path) }
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count else { throw failure("write", path, removing: path) }
        if durably, fsync(descriptor) != 0 { throw failure("sync", path, removing: path) }
    }

    private static func failure(_ operation: String, _ path: String, removing leftover: String? = nil) -> Problem {
        let code = errno
        if let leftover { unlink(leftover) }
        return Problem(operation: operation, path: path, errno: code)
    }
}
