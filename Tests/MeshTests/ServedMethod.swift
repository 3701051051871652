import Domain
import Foundation
import MeshContracts
import Net
import Policy
import Runtime
import TestKit
import Wire

/// One method as a running service tells of it, called as a program in any language would.
struct ServedMethod: Sendable {
    let service: Peer
    let method: String
    let callers: [String]
    let roles: [String]
    /// What of a call without data.
    let isEmpty: Bool

    /// Some role of a customer's people may call it.
    var isForMembers: Bool { Role.allCases.contains { $0.isOfWorkspace && roles.contains($0.rawValue) } }

    func isCalled(by peer: Peer) -> Bool { callers.contains(peer.rawValue) }

    /// Of all four services.
    static func all(of mesh: TestMesh) throws -> [ServedMethod] {
        try MeshPlan.services.flatMap { service in
            try mesh.call(service, ReadContracts()).methods.map { try ServedMethod(service, $0.bytes) }
        }
    }

    private init(_ service: Peer, _ json: [UInt8]) throws {
        guard let entry = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any],
            let method = entry["method"] as? String, let callers = entry["callers"] as? [String], let roles = entry["roles"] as? [String],
            let reads = entry["reads"] as? [String], let writes = entry["writes"] as? [String]
        else { throw Unreadable() }
        self.service = service
        self.method = method
        self.callers = callers
        self.roles = roles
        isEmpty = reads.isEmpty && writes.isEmpty
    }

    struct Unreadable: Error {}

    /// The body of its golden, about another workspace.
    func goldenBody(of workspace: WorkspaceID) throws -> String {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "ContractTests/Goldens/\(method)/request.json")
        return try String(contentsOf: file, encoding: .utf8).replacing("ws-lumen", with: workspace.rawValue)
    }
}

/// A program with its connections to all services, and the token that it passes on.
final class Speaker {
    let peer: Peer
    private let clients: [Peer: MeshClient]
    private let token: String?
    private var number = 0

    init(_ mesh: TestMesh, _ peer: Peer, name: String? = nil, token: String?) throws {
        self.peer = peer
        self.token = token
        clients = Dictionary(uniqueKeysWithValues: try MeshPlan.services.map { ($0, try mesh.client(to: $0, as: peer, name: name)) })
    }

    deinit { for client in clients.values { client.close() } }

    func call(_ method: ServedMethod, _ body: String) -> Heard {
        guard let client = clients[method.service] else { preconditionFailure("there are four services") }
        number += 1
        let key = RequestKey("\(peer.rawValue)-\(number)-\(ObjectIdentifier(self).hashValue)")
        return Heard(client.callRaw(method.method, body: Array(body.utf8), key: key, CallOptions(actor: token)))
    }
}

/// How a call ended, and every byte that came back.
struct Heard: CustomStringConvertible {
    /// `ok`, a reason of refusal, or a fault's code.
    let end: String
    let text: String

    init(_ outcome: RawOutcome) {
        switch outcome {
        case .ok(let bytes): (end, text) = ("ok", String(decoding: bytes, as: UTF8.self))
        case .refused(let reason, let message): (end, text) = (reason, message)
        case .fault(let fault): (end, text) = (fault.code.rawValue, fault.message)
        }
    }

    var description: String { "\(end): \(text)" }
}
