import Domain
import IntakeContracts
import Policy
import SQLite
import Wire

/// Who may act, and as what. Each change is a fact that every service hears of.
extension IntakeStore {
    struct Member {
        let workspace: WorkspaceID?
        let role: Role
        let generation: Int64
        let isRemoved: Bool
    }

    func addMember(
        _ request: AddMember, as role: Role, by actor: Role?, _ keyed: KeyedRequest, _ id: MemberID, now: Timestamp,
        _ connection: Connection
    ) throws -> MemberID {
        if let known = try answer(keyed, else: Refused<AddMember>(reason: .keyReused), connection) { return MemberID(rawValue: known) }
        if let workspace = request.workspace {
            switch try standing(workspace, connection) {
            case .unknown: throw Refused<AddMember>(reason: .unknownWorkspace)
            case .terminated: throw Refused<AddMember>(reason: .workspaceTerminated)
            case .open: break
            }
        }
        guard try mayGive(role, in: request.workspace, by: actor, connection) else { throw Refused<AddMember>(reason: .roleNotAllowed) }
        try connection.run(
            "INSERT INTO members (id, workspace, role, generation, added_at) VALUES (?, ?, ?, 1, ?)", .text(id.rawValue),
            SQLValue(request.workspace?.rawValue), .text(role.rawValue), .integer(now.rawValue))
        try publish(AccessFact(.memberSet, request.workspace, member: MemberRights(id, role, generation: 1), at: now), connection)
        try remember(keyed, answer: id.rawValue, connection)
        return id
    }

    /// A member of exactly that workspace (or of none); nil when there is no such.
    func member(_ id: MemberID, of workspace: WorkspaceID?, _ connection: Connection) throws -> Member? {
        try connection.first(
            "SELECT role, generation, removed_at IS NOT NULL FROM members WHERE id = ? AND workspace IS ?", .text(id.rawValue),
            SQLValue(workspace?.rawValue)
        ) { row in
            Role(rawValue: row.text(0)).map { Member(workspace: workspace, role: $0, generation: row.int(1), isRemoved: row.bool(2)) }
        } ?? nil
    }

    func setRole(_ request: SetMemberRole, to role: Role, by actor: Role?, now: Timestamp, _ connection: Connection) throws {
        guard let member = try member(request.member, of: request.workspace, connection), !member.isRemoved else {
            throw Refused<SetMemberRole>(reason: .unknownMember)
        }
        guard member.role != role else { return }
        let isAllowed = try [member.role, role].allSatisfy { try mayGive($0, in: request.workspace, by: actor, connection) }
        guard isAllowed else { throw Refused<SetMemberRole>(reason: .roleNotAllowed) }
        if try isLastOwner(request.member, member, connection) { throw Refused<SetMemberRole>(reason: .lastOwner) }
        let generation = member.generation + 1
        try connection.run(
            "UPDATE members SET role = ?, generation = ? WHERE id = ?", .text(role.rawValue), .integer(generation),
            .text(request.member.rawValue))
        let rights = MemberRights(request.member, role, generation: generation)
        try publish(AccessFact(.memberSet, request.workspace, member: rights, at: now), connection)
    }

    func removeMember(_ request: RemoveMember, by actor: Role?, now: Timestamp, _ connection: Connection) throws {
        guard let member = try member(request.member, of: request.workspace, connection) else {
            throw Refused<RemoveMember>(reason: .unknownMember)
        }
        guard !member.isRemoved else { return }
        guard try mayGive(member.role, in: request.workspace, by: actor, connection) else {
            throw Refused<RemoveMember>(reason: .roleNotAllowed)
        }
        if try isLastOwner(request.member, member, connection) { throw Refused<RemoveMember>(reason: .lastOwner) }
        try connection.run(
            "UPDATE members SET removed_at = ?, generation = generation + 1 WHERE id = ?", .integer(now.rawValue),
            .text(request.member.rawValue))
        let rights = MemberRights(request.member, member.role, generation: member.generation + 1)
        try publish(AccessFact(.memberRemoved, request.workspace, member: rights, at: now), connection)
    }

    private func isLastOwner(_ id: MemberID, _ member: Member, _ connection: Connection) throws -> Bool {
        guard member.role == .owner, let workspace = member.workspace else { return false }
        return try !hasOwner(workspace, beside: id, connection)
    }

    private func mayGive(_ role: Role, in workspace: WorkspaceID?, by actor: Role?, _ connection: Connection) throws -> Bool {
        let isOwned = try workspace.map { try hasOwner($0, beside: nil, connection) } ?? false
        return MemberRules.mayGive(role, by: actor, hasOwner: isOwned)
    }

    private func hasOwner(_ workspace: WorkspaceID, beside member: MemberID?, _ connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM members WHERE workspace = ? AND role = 'owner' AND removed_at IS NULL AND id IS NOT ?",
            .text(workspace.rawValue), SQLValue(member?.rawValue)
        ) { $0.bool(0) } ?? false
    }
}

/// Who may give which role.
enum MemberRules {
    /// Roles of a customer's people belong to a workspace, Botseller's own to none.
    static func fits(_ role: Role, in workspace: WorkspaceID?) -> Bool { role.isOfWorkspace == (workspace != nil) }

    /// Only owners make and unmake owners; the operator makes the first one of a workspace, and no other.
    /// - Parameter actor: nil: the operator.
    static func mayGive(_ role: Role, by actor: Role?, hasOwner: Bool) -> Bool {
        guard role == .owner else { return true }
        switch actor {
        case .owner: return true
        case nil, .operator: return !hasOwner
        case .admin, .manager, .agent, .analyst, .assistant, .support, .privacyOfficer, .auditor: return false
        }
    }
}
