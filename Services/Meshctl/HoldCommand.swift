import DeletionCoordinatorContracts
import Domain
import Runtime
import Wire

/// `hold place|lift|list`: legal holds, at the privacy officer's word (`--token`).
struct HoldCommand {
    private let mesh: Mesh
    private let arguments: Arguments
    private let isJSON: Bool

    init(_ arguments: Arguments) throws {
        try arguments.allow(
            "--workspace", "--platform", "--igsid", "--phone", "--bsuid", "--deletion", "--ground", "--reference", "--scope", "--days",
            "--key")
        self.arguments = arguments
        isJSON = arguments.has("--json")
        mesh = try Mesh(arguments)
    }

    func run() throws -> Int32 {
        switch arguments.words.dropFirst().first {
        case "place": try place()
        case "lift": try lift()
        case "list": try list()
        default: throw UsageError("hold takes place, lift or list")
        }
        return Exit.ok
    }

    private func place() throws {
        var request = PlaceHold()
        request.key = try Mesh.key(arguments)
        if let deletion = arguments.option("--deletion") {
            guard let number = Int64(deletion) else { throw UsageError("--deletion takes the deletion's number") }
            request.deletion = DeletionID(rawValue: number)
        } else if arguments.option("--platform") != nil {
            let person = try PersonArguments(arguments)
            (request.workspace, request.person) = (person.workspace, person.alias)
        } else {
            request.workspace = WorkspaceID(rawValue: try arguments.required("--workspace", "the workspace's id"))
        }
        request.ground = try word("--ground") ?? .legalClaims
        request.reference = arguments.option("--reference").map { RequestKey($0) }
        request.scope = try word("--scope").map { [$0] } ?? []
        if let days = arguments.option("--days") {
            guard let count = Int64(days), count > 0 else { throw UsageError("--days takes the number of days until it ends by itself") }
            request.endsAt = SystemClock().now.adding(milliseconds: count * 86_400_000)
        }
        let response = try mesh.call(.deletionCoordinator, request)
        if isJSON { return Terminal.say(String(decoding: FieldVisitor.write(response), as: UTF8.self)) }
        Terminal.say("hold \(response.hold.rawValue) stands")
        for affected in response.affected {
            let gone = affected.erased.isEmpty ? "nothing was gone" : "already erased at \(affected.erased.joined(separator: ", "))"
            Terminal.say("deletion \(affected.deletion.rawValue), \(affected.state.rawValue): \(gone)")
        }
    }

    private func lift() throws {
        guard arguments.words.count == 3, let number = Int64(arguments.words[2]) else {
            throw UsageError("hold lift takes the hold's number")
        }
        let hold = try mesh.call(.deletionCoordinator, LiftHold(hold: HoldID(rawValue: number)))
        Terminal.say(isJSON ? String(decoding: FieldVisitor.write(hold), as: UTF8.self) : "hold \(hold.id.rawValue) is lifted")
    }

    private func list() throws {
        let workspace = arguments.option("--workspace").map(WorkspaceID.init(rawValue:))
        let response = try mesh.call(.deletionCoordinator, ListHolds(workspace: workspace, limit: ListHolds.countMax))
        if isJSON { return Terminal.say(String(decoding: FieldVisitor.write(response), as: UTF8.self)) }
        let rows = response.holds.map(HoldCommand.row)
        Terminal.table(["hold", "of", "whose", "ground", "keeps", "placed", "stands"], rows)
    }

    private static func row(_ hold: Hold) -> [String] {
        let whose: String
        if let deletion = hold.deletion { whose = "deletion \(deletion.rawValue)" } else { whose = hold.workspace?.rawValue ?? "-" }
        var stands = "until lifted"
        if let end = hold.endsAt { stands = "until \(CivilTime.text(end))" }
        if let lifted = hold.liftedAt { stands = "lifted \(CivilTime.text(lifted))" }
        let keeps = hold.scope.map(\.rawValue).joined(separator: " ")
        return ["\(hold.id.rawValue)", hold.target.rawValue, whose, hold.ground.rawValue, keeps, CivilTime.text(hold.placedAt), stands]
    }

    private func word<Word: WireWord>(_ option: String) throws -> Word? {
        guard let text = arguments.option(option) else { return nil }
        guard let word = Word(rawValue: text) else {
            throw UsageError("\(option) takes \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }
}
