import Digest
import Domain
import IntakeContracts
import Policy
import Runtime
import Wire

/// `peer add|remove|list`: programs that may connect beside the mesh's own, and the keys by which they do.
struct PeerCommand {
    private enum Action {
        case add(AddPeer)
        case remove(String)
        case list
    }

    private let mesh: Mesh
    private let action: Action
    private let isJSON: Bool

    init(_ arguments: Arguments) throws {
        try arguments.allow("--kind", "--workspace")
        isJSON = arguments.has("--json")
        action = try PeerCommand.action(arguments)
        mesh = try Mesh(arguments)
    }

    private static func action(_ arguments: Arguments) throws -> Action {
        switch (arguments.words.dropFirst().first, arguments.words.count) {
        case ("add", 3):
            let word = try arguments.required("--kind", "gateway, connector or assistant")
            guard let kind = Peer(rawValue: word), Peer.ofOthers.contains(kind) else {
                throw UsageError("--kind takes \(Peer.ofOthers.map(\.rawValue).joined(separator: ", "))")
            }
            guard Hello.isName(arguments.words[2]) else { throw UsageError("a name is 1 to 32 of a-z 0-9 -, without --") }
            let workspace = arguments.option("--workspace").map { WorkspaceID(rawValue: $0) }
            return .add(AddPeer(name: arguments.words[2], kind: kind, workspace: workspace))
        case ("remove", 3):
            guard !Peer.ofMesh.contains(where: { $0.rawValue == arguments.words[2] }) else {
                throw UsageError("\(arguments.words[2]) is the mesh's own and stays")
            }
            return .remove(arguments.words[2])
        case ("list", 2): return .list
        default: throw UsageError("peer takes: add NAME --kind KIND [--workspace W], remove NAME, or list")
        }
    }

    func run() throws -> Int32 {
        switch action {
        case .add(let request):
            // The mesh first: it refuses names that are taken, and keys alone let nobody in.
            _ = try mesh.call(.intake, request)
            try mesh.folder.createLinks(of: request.name, random: SecureRandom.bytes)
            Terminal.say("\(request.name) may connect as a \(request.kind.rawValue); its keys: \(mesh.folder.path)/\(request.name)--*.key")
        case .remove(let name):
            // The keys first: whoever was interrupted here removes the program once more, and no key is forgotten.
            try mesh.folder.removeLinks(of: name)
            _ = try mesh.call(.intake, RemovePeer(name: name))
            Terminal.say("\(name) is turned away: at once by intake, within a minute everywhere; its keys are gone")
        case .list: list(try mesh.call(.intake, ListPeers()))
        }
        return Exit.ok
    }

    private func list(_ response: ListPeers.Response) {
        if isJSON { return Terminal.say(String(decoding: FieldVisitor.write(response), as: UTF8.self)) }
        Terminal.table(
            ["name", "kind", "workspace"],
            response.peers.map { [$0.name, $0.kind.rawValue, $0.workspace?.rawValue ?? "any"] })
    }
}
