import DeletionCoordinatorContracts
import Domain
import Wire

/// `delete`: asks for an erasure and follows it to its end. As JSON it says two lines: the acceptance with its code, then the report.
struct DeleteCommand {
    private let mesh: Mesh
    private let person: PersonArguments
    private let arguments: Arguments
    private let key: RequestKey

    init(_ arguments: Arguments) throws {
        try arguments.allow("--workspace", "--platform", "--igsid", "--phone", "--bsuid", "--key")
        self.arguments = arguments
        person = try PersonArguments(arguments)
        key = try Mesh.key(arguments)
        mesh = try Mesh(arguments)
    }

    func run() throws -> Int32 {
        let request = RequestDeletion(
            key: key, workspace: person.workspace, subject: person.alias, source: .customer, immediately: arguments.has("--now"))
        let accepted = try mesh.call(.deletionCoordinator, request)
        let isJSON = arguments.has("--json")
        if isJSON {
            // A line of its own, at once: nobody can ask for the code again.
            Terminal.say(String(decoding: FieldVisitor.write(accepted), as: UTF8.self))
        } else {
            Terminal.say("deletion \(accepted.deletion.rawValue) accepted; status code \(accepted.code)")
        }
        let waits = !arguments.has("--no-wait") && arguments.has("--now")
        let report = try DeletionReport(mesh, accepted.deletion)
        if waits { try report.follow(quietly: isJSON) }
        try report.print(asJSON: isJSON)
        return Exit.ok
    }
}

/// `request ID`: where a deletion stands.
struct RequestCommand {
    private let mesh: Mesh
    private let deletion: DeletionID
    private let isJSON: Bool

    init(_ arguments: Arguments) throws {
        try arguments.allow()
        guard arguments.words.count == 2, let number = Int64(arguments.words[1]) else {
            throw UsageError("request takes the deletion's number")
        }
        deletion = DeletionID(rawValue: number)
        isJSON = arguments.has("--json")
        mesh = try Mesh(arguments)
    }

    func run() throws -> Int32 {
        try DeletionReport(mesh, deletion).print(asJSON: isJSON)
        return Exit.ok
    }
}
