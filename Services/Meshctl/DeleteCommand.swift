import DeletionCoordinatorContracts
import Domain
import Wire

/// `delete`: asks for an erasure and follows it to its end. As JSON it says two lines: the acceptance with its code, then the report.
struct DeleteCommand {
    private let mesh: Mesh
    private let request: RequestDeletion
    private let arguments: Arguments

    init(_ arguments: Arguments) throws {
        try arguments.allow(
            "--workspace", "--platform", "--igsid", "--phone", "--bsuid", "--conversation", "--message", "--channel", "--key")
        self.arguments = arguments
        request = try DeleteCommand.request(arguments)
        mesh = try Mesh(arguments)
    }

    private static func request(_ arguments: Arguments) throws -> RequestDeletion {
        let (key, isNow) = (try Mesh.key(arguments), arguments.has("--now"))
        let parts = ["--conversation", "--message", "--channel"].filter { arguments.option($0) != nil }
        guard let part = parts.first else {
            let person = try PersonArguments(arguments)
            return RequestDeletion(key: key, workspace: person.workspace, subject: person.alias, source: .customer, immediately: isNow)
        }
        guard parts.count == 1, arguments.option("--platform") == nil else {
            throw UsageError("name one of a person, --conversation, --message and --channel")
        }
        let workspace = WorkspaceID(rawValue: try arguments.required("--workspace", "the workspace's id"))
        let name = try arguments.required(part, "what is to be erased")
        if part == "--channel" {
            return RequestDeletion(key: key, workspace: workspace, channel: ChannelID(rawValue: name), immediately: isNow)
        }
        guard let number = Int64(name) else { throw UsageError("\(part) takes a number") }
        return RequestDeletion(
            key: key, workspace: workspace, conversation: part == "--conversation" ? ConversationID(rawValue: number) : nil,
            message: part == "--message" ? MessageID(rawValue: number) : nil, immediately: isNow)
    }

    func run() throws -> Int32 {
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
