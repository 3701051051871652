import Domain
import IntakeContracts
import Policy
import Wire

@testable import Access

let lumen = WorkspaceID(rawValue: "ws_lumen")
/// Has let support in until `grantEnd`, and doesn't let its counts improve the product.
let solis = WorkspaceID(rawValue: "ws_solis")
/// 2026-01-01T00:00:00Z, when `ManualTime` begins.
let begin = Timestamp(rawValue: 1_767_225_600_000)
let grantEnd = begin.adding(milliseconds: 300_000)

/// A request about a workspace's conversations, for the service itself.
struct ReadSample: AnyWorkspaceRequest {
    static let contract = Contract(
        "samples.read", purpose: .provideService, reads: [.communication], repeats: .harmless,
        callers: [.operator, .gateway, .connector, .assistant, .handoffContext],
        roles: [.owner, .agent, .support, .assistant])

    var workspace: WorkspaceID?
    var purpose: String?
    var purposes: [DeclaredPurpose] { purpose.map { [DeclaredPurpose($0)] } ?? [] }

    mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("purpose", &purpose, max: 32)
    }

    typealias Response = Empty
}

/// Counts, to improve the product.
struct CountSample: AnyWorkspaceRequest {
    static let contract = Contract(
        "samples.count", purpose: .improveProduct, reads: [.usage], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.analyst, .operator])

    var workspace: WorkspaceID?

    mutating func visit(_ fields: inout FieldVisitor) { fields.field("workspace", &workspace) }

    typealias Response = Empty
}

/// Somebody's call, of which a test changes one thing.
struct Attempt: Sendable {
    var contract = ReadSample.contract
    /// A gateway that speaks for any workspace.
    var peer = ConnectedPeer(.gateway, name: "front")
    var token: String?
    var workspace: WorkspaceID? = lumen
    var purpose: String?

    var entrant: Entrant {
        Entrant(
            peer: peer, token: token, contract: contract, scope: workspace?.rawValue, purposes: purpose.map { [DeclaredPurpose($0)] } ?? [])
    }

    func with(_ change: (inout Attempt) -> Void) -> Attempt {
        var changed = self
        change(&changed)
        return changed
    }
}

/// One way to be turned away, and the same call with only that put right.
struct Wrong: Sendable {
    let denial: Denial
    let attempt: Attempt
    let putRight: Attempt
    /// What of the actor was known by then.
    var role = ""
    var workspace = ""

    init(_ denial: Denial, _ attempt: Attempt, putRight: Attempt, actor: Role? = nil, of workspace: WorkspaceID? = nil) {
        self.denial = denial
        self.attempt = attempt
        self.putRight = putRight
        role = actor?.rawValue ?? ""
        self.workspace = workspace?.rawValue ?? ""
    }

    /// What the caller learns, as a person wrote it down.
    var code: Fault.Code {
        switch denial {
        case .callerNotListed, .programUnknown, .programOfOtherWorkspace, .tokenMissing, .tokenInvalid, .tokenExpired, .memberChanged,
            .roleNotListed, .otherWorkspace, .grantMissing:
            .forbidden
        case .factsStale: .unavailable
        case .purposeNever, .purposeNotInstructed: .purposeForbidden
        // Of the webhook door, which answers with 401 or 403: no gate denies with them.
        case .signatureInvalid, .credentialInvalid, .verifyTokenInvalid: .unauthenticated
        }
    }

    /// Every denial once. The facts that they are about are `facts(at:)`.
    /// - Parameter sign: makes a token of a member.
    static func all(_ sign: (ActorToken) -> String) -> [Wrong] {
        func token(_ member: MemberID, generation: Int64 = 1, expiresAt: Timestamp = begin.adding(milliseconds: 900_000)) -> String {
            sign(ActorToken(member: member, generation: generation, expiresAt: expiresAt))
        }
        let owner = token(.of(.owner))
        let right = Attempt(token: owner)
        let support = Attempt(token: token(.of(.support)), workspace: solis)
        let counts = Attempt(contract: CountSample.contract, token: token(.of(.operator)))
        return [
            Wrong(.callerNotListed, right.with { $0.peer = ConnectedPeer(.conversationStore) }, putRight: right, actor: .owner, of: lumen),
            Wrong(
                .programUnknown, right.with { $0.peer = ConnectedPeer(.gateway, name: "stranger") }, putRight: right, actor: .owner,
                of: lumen),
            Wrong(
                .programOfOtherWorkspace, right.with { $0.peer = ConnectedPeer(.gateway, name: "solis-front") }, putRight: right,
                actor: .owner, of: lumen),
            Wrong(.tokenMissing, right.with { $0.token = nil }, putRight: right),
            Wrong(.tokenInvalid, right.with { $0.token = String(owner.dropLast()) }, putRight: right),
            Wrong(.tokenExpired, right.with { $0.token = token(.of(.owner), expiresAt: begin) }, putRight: right),
            Wrong(.memberChanged, right.with { $0.token = token(.of(.owner), generation: 2) }, putRight: right),
            Wrong(.factsStale, right, putRight: right),
            Wrong(.roleNotListed, right.with { $0.token = token(.of(.analyst)) }, putRight: right, actor: .analyst, of: lumen),
            Wrong(.otherWorkspace, right.with { $0.workspace = solis }, putRight: right, actor: .owner, of: lumen),
            Wrong(.grantMissing, support.with { $0.workspace = lumen }, putRight: support, actor: .support),
            Wrong(
                .purposeNever, right.with { $0.purpose = "sale" }, putRight: right.with { $0.purpose = "provideService" }, actor: .owner,
                of: lumen),
            Wrong(.purposeNotInstructed, counts.with { $0.workspace = solis }, putRight: counts, actor: .operator)
        ]
    }
}

extension MemberID {
    /// Everybody of a workspace is lumen's.
    static func of(_ role: Role) -> MemberID { MemberID(rawValue: "mem_\(role.rawValue)") }
}

extension AccessFact {
    /// Two workspaces, a member of each role, and two gateways, a connector and an assistant's program.
    static func samples() -> [AccessFact] {
        var granting = Instructions()
        granting.supportUntil = grantEnd
        granting.improvesProduct = false
        let members = Role.allCases.map { role in
            AccessFact(.memberSet, role.isOfWorkspace ? lumen : nil, member: MemberRights(.of(role), role, generation: 1), at: begin)
        }
        let programs: [(String, Peer, WorkspaceID?)] = [
            ("front", .gateway, nil), ("solis-front", .gateway, solis), ("lumen-forms", .connector, lumen), ("lumi", .assistant, lumen)
        ]
        return [
            AccessFact(.workspaceOpened, lumen, instructions: Instructions(), at: begin),
            AccessFact(.workspaceOpened, solis, instructions: granting, at: begin)
        ] + members + programs.map { AccessFact(.peerAdded, $2, peer: PeerRegistration($0, $1), at: begin) }
    }
}
