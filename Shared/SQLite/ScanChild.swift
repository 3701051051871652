import Glibc

/// A started scanning process and the socket to its standard input and output. It is ended and reaped when this goes.
///
/// A socket pair and not pipes: a send to a process that has died is then an error and not a signal.
final class ScanChild {
    private let socket: Int32
    private var process = pid_t()

    init(_ executable: String) throws(DatabaseError) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw ByteScan.failure(.io, "no socket pair (errno \(errno))")
        }
        socket = ends[0]
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(executable), strdup(ByteScan.argument), nil]
        defer { for argument in arguments { free(argument) } }
        let code = posix_spawn(&process, executable, &actions, nil, &arguments, environ)
        guard code == 0 else { throw ByteScan.failure(.io, "the scanning process does not start (errno \(code))") }
    }

    deinit {
        close(socket)
        guard process > 0 else { return }
        kill(process, SIGKILL)  // Ours, and not reaped yet: the number can't be another process's.
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    }

    /// Sends everything and ends the child's input.
    func send(_ bytes: [UInt8]) throws(DatabaseError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent < 0 && errno == EINTR { continue }
            guard sent > 0 else { throw ByteScan.failure(.io, "the scanning process takes no input (errno \(errno))") }
            rest = rest.dropFirst(sent)
        }
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Everything that the child writes until it ends its output.
    func receiveAll(deadlineNanoseconds: Int64) throws(DatabaseError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let left = (deadlineNanoseconds - MonotonicClock.nanoseconds()) / 1_000_000
            guard left > 0 else { throw ByteScan.failure(.interrupted, "the scan took longer than its deadline: give it more") }
            var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Int32(clamping: left))
            if ready == 0 || ready < 0 && errno == EINTR { continue }
            let got = recv(socket, &chunk, chunk.count, 0)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0, bytes.count + got <= ByteScan.protocolBytesMax else {
                throw ByteScan.failure(.io, "the scanning process failed (errno \(errno))")
            }
            if got == 0 { return bytes }
            bytes += chunk[..<got]
        }
    }
}
