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
        guard (2...3).contains(arguments.words.count) else { throw UsageError("call takes a method and one JSON body, or - for standard input") }
        method = arguments.words[1]
        let text = arguments.words.count == 3 ? arguments.words[2] : "{}"
        body = text == "-" ? CallCommand.readStandardInput() : Array(text.utf8)
        key = arguments.option("--key").map { RequestKey($0) } ?? Mesh.newKey()
        guard let timeout = Int64(arguments.option("--timeout") ?? "5000"), timeout > 0 else { throw UsageError("--timeout takes milliseconds") }
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
        mesh = try Mesh(arguments)
    }

    func run() throws -> Int32 {
        switch mesh.client(to: service).callRaw(method, body: body, key: key, CallOptions(timeoutMilliseconds: timeout)) {
        case .ok(let reply):
            Terminal.say(String(decoding: reply, as: UTF8.self))
            return Exit.ok
        case .refused(let reason, let message): throw Failure(status: Exit.refused, message: "refused (\(reason)): \(message)")
        case .fault(let fault): throw Failure(status: Exit.fault, message: "\(fault.code.rawValue): \(fault.message)")
        }
    }

    private static func readStandardInput() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= Frame.lengthMax {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}
