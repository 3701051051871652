import Glibc
import Policy
import Runtime
import Wire

/// `call METHOD [JSON|-]`: any method, as JSON in and JSON out.
struct CallCommand {
    private let mesh: Mesh
    private let service: Peer
    private let method: String
    private let body: [UInt8]
    private let key: RequestKey
    private let timeout: Int64

    init(_ arguments: Arguments) throws {
        try arguments.allow("--to", "--key", "--timeout")
        guard (2...3).contains(arguments.words.count) else {
            throw UsageError("call takes a method and one JSON body, or - for standard input")
        }
        method = arguments.words[1]
        let text = arguments.words.count == 3 ? arguments.words[2] : "{}"
        key = try Mesh.key(arguments)
        let limit = Envelope.timeoutMillisecondsMax
        guard let timeout = Int64(arguments.option("--timeout") ?? "5000"), (1...limit).contains(timeout) else {
            throw UsageError("--timeout takes milliseconds, 1 to \(limit)")
        }
        self.timeout = timeout
        if let name = arguments.option("--to") {
            guard let service = Peer(rawValue: name), MeshPlan.services.contains(service) else {
                throw UsageError("--to takes \(MeshPlan.services.map(\.rawValue).joined(separator: ", "))")
            }
            self.service = service
        } else {
            guard let service = Mesh.service(of: method) else {
                throw UsageError("no service is known for this method: name it with --to, or look it up with `meshctl contracts`")
            }
            self.service = service
        }
        body = text == "-" ? try CallCommand.readStandardInput() : Array(text.utf8)
        mesh = try Mesh(arguments)
    }

    func run() throws -> Int32 {
        switch mesh.client(to: service).callRaw(method, body: body, key: key, mesh.options(timeoutMilliseconds: timeout)) {
        case .ok(let reply):
            Terminal.say(String(decoding: reply, as: UTF8.self))
            return Exit.ok
        case .refused(let reason, let message): throw Failure(status: Exit.refused, message: "refused (\(reason)): \(message)")
        case .fault(let fault): throw Failure(status: Exit.fault, message: "\(fault.code.rawValue): \(fault.message)")
        }
    }

    /// All of it; more than a frame takes is cut, and then refused as no JSON or too large.
    private static func readStandardInput() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= Frame.lengthMax {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure(status: Exit.fault, message: "read standard input: \(String(cString: strerror(errno)))")
            }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}
