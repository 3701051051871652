import Baselines
import Glibc
import MeshContracts
import Net
import Policy
import Runtime
import Wire

/// What this program does when it is started as the other end of a round trip. It prints its port and serves until it is stopped.
enum ServerRole {
    /// Bare C that knows nothing but two lengths.
    case raw(FrameBytes)
    /// Bare C that reads the last messages of a conversation from a plain table.
    case rawReads(FrameBytes, table: String, limit: Int32)
    /// Bare C that puts what is posted to it on disk.
    case rawPosts(file: String)
    /// The mesh: listener, hello, router, `mesh.echo`; the keys are in a data folder.
    case echo(dataFolder: String)
    /// The same behind a gate.
    case guardedEcho(dataFolder: String)

    static let service = Peer.conversationStore

    init?(_ arguments: [String]) {
        switch (arguments.dropFirst().first, arguments.count) {
        case ("serve-raw", 4):
            guard let frames = FrameBytes(arguments[2...3]) else { return nil }
            self = .raw(frames)
        case ("serve-raw-reads", 6):
            guard let frames = FrameBytes(arguments[2...3]), let limit = Int32(arguments[5]) else { return nil }
            self = .rawReads(frames, table: arguments[4], limit: limit)
        case ("serve-raw-posts", 3): self = .rawPosts(file: arguments[2])
        case ("serve-echo", 3): self = .echo(dataFolder: arguments[2])
        case ("serve-guarded-echo", 3): self = .guardedEcho(dataFolder: arguments[2])
        default: return nil
        }
    }

    var arguments: [String] {
        switch self {
        case .raw(let frames): ["serve-raw"] + frames.arguments
        case .rawReads(let frames, let table, let limit): ["serve-raw-reads"] + frames.arguments + [table, "\(limit)"]
        case .rawPosts(let file): ["serve-raw-posts", file]
        case .echo(let dataFolder): ["serve-echo", dataFolder]
        case .guardedEcho(let dataFolder): ["serve-guarded-echo", dataFolder]
        }
    }

    /// Starts this program in the role, on the core of the calling thread; returns it with its port.
    func start(_ folder: WorkFolder, name: String) throws -> (ChildProcess, UInt16) {
        let child = try ChildProcess(ChildProcess.siblingPath("benchmarks"), arguments, outputPath: folder.path("\(name).out"))
        let port = try child.wait {
            let line = try WorkFolder.text(of: child.outputPath)
            return line.hasSuffix("\n") ? UInt16(line.dropLast()) : nil
        }
        return (child, port)
    }

    func run() -> Never {
        let parent = getppid()
        do {
            switch self {
            case .raw(let frames): try ServerRole.serve { baseline_serve($0, frames.request, frames.reply) }
            case .rawReads(let frames, let table, let limit):
                try ServerRole.serve { baseline_serve_reads($0, table, limit, frames.request, frames.reply) }
            case .rawPosts(let file): try ServerRole.serve { baseline_serve_durable($0, file) }
            case .echo(let dataFolder): try ServerRole.serveEcho(KeyFolder(dataFolder: dataFolder), gate: nil, of: parent)
            case .guardedEcho(let dataFolder):
                let keys = KeyFolder(dataFolder: dataFolder)
                try ServerRole.serveEcho(keys, gate: EnforcementBenchmark.gate(keys), of: parent)
            }
        } catch {
            printLine("\(error)", to: STDERR_FILENO)
            exit(EXIT_FAILURE)
        }
    }

    private static func serveEcho(_ keys: KeyFolder, gate: (any Gate)?, of parent: pid_t) throws -> Never {
        let router = Router(service: service.rawValue)
        router.on(Echo.self) { request, reply in reply.ok(Echo.Response(payload: request.payload)) }
        if let gate { router.guardHandlers(by: gate) }
        router.seal(serving: [Echo.contract.method])
        let listener = try MeshListener(host: "127.0.0.1", port: 0, router: router, register: keys.servingKeys(of: service))
        printLine("\(listener.port)")
        // A parent that was killed can't stop us.
        while getppid() == parent { sleep(1) }
        exit(EXIT_SUCCESS)
    }

    /// `serve` is bare C: it takes a listening socket, and gives 0 or an errno in the end.
    private static func serve(_ serve: (Int32) -> Int32) throws -> Never {
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
        printLine("\(listener.port)")
        let code = serve(listener.descriptor)
        guard code == 0 else { throw BenchmarkFailure("bare C: \(String(cString: strerror(code)))") }
        exit(EXIT_SUCCESS)
    }
}

extension FrameBytes {
    fileprivate init?(_ arguments: ArraySlice<String>) {
        let numbers = arguments.compactMap(Int.init)
        guard numbers.count == 2 else { return nil }
        self.init(request: numbers[0], reply: numbers[1])
    }

    fileprivate var arguments: [String] { ["\(request)", "\(reply)"] }
}
