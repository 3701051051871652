import Domain
import IntakeContracts
import Wire

/// `token MEMBER`: a token by which the next commands act as a member. It is a secret and lives for a quarter of an hour at most.
struct TokenCommand {
    private let mesh: Mesh
    private let request: IssueToken
    private let isJSON: Bool

    init(_ arguments: Arguments) throws {
        try arguments.allow("--workspace", "--seconds")
        guard arguments.words.count == 2 else { throw UsageError("token takes a member, as members.add named it") }
        let limits = IssueToken.secondsMin...IssueToken.secondsMax
        guard let seconds = Int64(arguments.option("--seconds") ?? "\(IssueToken.secondsMax)"), limits.contains(seconds) else {
            throw UsageError("--seconds takes \(limits.lowerBound) to \(limits.upperBound)")
        }
        request = IssueToken(
            workspace: arguments.option("--workspace").map { WorkspaceID(rawValue: $0) }, member: MemberID(rawValue: arguments.words[1]),
            seconds: seconds)
        isJSON = arguments.has("--json")
        mesh = try Mesh(arguments)
    }

    func run() throws -> Int32 {
        let response = try mesh.call(.intake, request)
        Terminal.say(isJSON ? String(decoding: FieldVisitor.write(response), as: UTF8.self) : response.token)
        return Exit.ok
    }
}
