import Digest
import Glibc

/// Whole files, read and written.
enum FileBytes {
    struct Problem: Error, CustomStringConvertible {
        let errno: Int32

        var description: String { String(cString: strerror(errno)) }
    }

    static func read(_ path: String, max: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try each(path) { part in
            bytes += part
            guard bytes.count <= max else { throw Problem(errno: EFBIG) }
        }
        return bytes
    }

    /// SHA-256 of a file of any size, as lower-case hex.
    static func digest(_ path: String) throws -> String {
        var hash = SHA256()
        try each(path) { hash.update(Array($0)) }
        return Hex.encode(hash.finalize())
    }

    /// Makes a new private file, on disk when this returns.
    static func create(_ path: String, _ bytes: [UInt8]) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Problem(errno: errno) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Problem(errno: errno) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw Problem(errno: errno) }
    }

    /// Makes the names in a folder outlive a power cut.
    static func syncFolder(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem(errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Problem(errno: errno) }
    }

    private static func each(_ path: String, _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem(errno: errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Problem(errno: errno) }
            if count == 0 { return }
            try body(buffer[..<count])
        }
    }
}
