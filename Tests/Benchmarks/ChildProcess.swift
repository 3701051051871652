import CLinux
import Glibc
import Threads

/// Another process of the run. It starts on the core of the thread that makes it, and ends with `stop`.
final class ChildProcess: Sendable {
    static let patienceMilliseconds = 60_000

    private let identifier: pid_t
    let outputPath: String

    /// - Parameters:
    ///   - outputPath: takes what it prints.
    ///   - environment: all of it.
    init(_ executable: String, _ arguments: [String], environment: [String: String] = [:], outputPath: String) throws {
        self.outputPath = outputPath
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var argv: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, executable, &actions, nil, &argv, &envp)
        guard code == 0 else { throw BenchmarkFailure("start \(executable): \(String(cString: strerror(code)))") }
        identifier = child
    }

    /// The folder of this program, where the build put the others too.
    static func siblingPath(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce(into: "") { $0 += "/\($1)" } + "/\(name)"
    }

    /// Asks again every millisecond until `value` is there; what the process printed is the error when it never is.
    func wait<Value>(for value: () throws -> Value?) throws -> Value {
        for _ in 0..<ChildProcess.patienceMilliseconds {
            if let value = try value() { return value }
            usleep(1_000)  // What another process writes can only be looked for.
        }
        throw BenchmarkFailure("not in \(ChildProcess.patienceMilliseconds) ms: \(try WorkFolder.text(of: outputPath))")
    }

    /// The most memory that it ever had in RAM, and what it has now. Source: proc(5), status.
    func residentMebibytes() throws -> (most: Double, now: Double) {
        let text = try WorkFolder.text(of: "/proc/\(identifier)/status")
        func mebibytes(_ name: String) throws -> Double {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
            guard let kibibytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Double($0) }) else {
                throw BenchmarkFailure("the system does not tell \(name) of a process")
            }
            return kibibytes / 1024
        }
        return (try mebibytes("VmHWM:"), try mebibytes("VmRSS:"))
    }

    /// SIGTERM, and waits for the end.
    func stop() {
        kill(identifier, SIGTERM)
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
    }
}

/// Runs `body` on a thread that stays on one core, and waits. Threads and processes that `body` starts stay there too.
func pinned<Value: Sendable>(to core: Int32, _ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let slot = PinnedResult<Value>()
    Thread("pinned") {
        slot.result =
            linux_pin(core) == 0
            ? Result(catching: body) : .failure(BenchmarkFailure("pin to core \(core): \(String(cString: strerror(errno)))"))
    }.join()
    guard let result = slot.result else { preconditionFailure("a joined thread has run") }
    return try result.get()
}

private final class PinnedResult<Value>: @unchecked Sendable {  // Read after the only thread that writes it was joined.
    var result: Result<Value, any Error>?
}
