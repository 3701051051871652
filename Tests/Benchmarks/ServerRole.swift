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
    case raw(requestBytes: Int, replyBytes: Int)
    /// The mesh: listener, hello, router, `mesh.echo`; the keys are in a data folder.
    case echo(dataFolder: String)

    static let service = Peer.conversationStore

    init?(_ arguments: [String]) {
        switch arguments.dropFirst().first {
        case "serve-raw":
            guard arguments.count == 4, let request = Int(arguments[2]), let reply = Int(arguments[3]) else { return nil }
            self = .raw(requestBytes: request, replyBytes: reply)
        case "serve-echo":
            guard arguments.count == 3 else { return nil }
            self = .echo(dataFolder: arguments[2])
        default: return nil
        }
    }

    var arguments: [String] {
        switch self {
        case .raw(let requestBytes, let replyBytes): ["serve-raw", "\(requestBytes)", "\(replyBytes)"]
        case .echo(let dataFolder): ["serve-echo", dataFolder]
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
            case .raw(let requestBytes, let replyBytes):
                let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
                printLine("\(listener.port)")
                exit(baseline_serve(listener.descriptor, requestBytes, replyBytes))
            case .echo(let dataFolder):
                let router = Router(service: ServerRole.service.rawValue)
                router.on(Echo.self) { request, reply in reply.ok(Echo.Response(payload: request.payload)) }
                router.seal(serving: [Echo.contract.method])
                let keys = try KeyFolder(dataFolder: dataFolder).servingKeys(of: ServerRole.service)
                let listener = try MeshListener(host: "127.0.0.1", port: 0, router: router, register: keys)
                printLine("\(listener.port)")
                // A parent that was killed can't stop us.
                while getppid() == parent { sleep(1) }
                exit(EXIT_SUCCESS)
            }
        } catch {
            printLine("\(error)", to: STDERR_FILENO)
            exit(EXIT_FAILURE)
        }
    }
}
