import Domain
import Policy
import Runtime
import Wire

/// The decision before every handler (DESIGN §4): deny by default; let through when the program, the actor's role, the purpose and the
/// workspace's own instructions allow it. What is denied is recorded, without content.
public final class AccessGate: Gate {
    private let facts: AccessFacts
    private let tokens: TokenKeys
    private let clock: any Clock
    private let isFresh: @Sendable () -> Bool
    private let denied: @Sendable (Denial, Entrant, Actor?) -> Void

    /// - Parameters:
    ///   - isFresh: whether the facts are recent enough to decide about a person by them.
    ///   - denied: is told of each denial; must not block.
    public init(
        _ facts: AccessFacts, tokens: TokenKeys, clock: any Clock, isFresh: @escaping @Sendable () -> Bool,
        denied: @escaping @Sendable (Denial, Entrant, Actor?) -> Void
    ) {
        self.facts = facts
        self.tokens = tokens
        self.clock = clock
        self.isFresh = isFresh
        self.denied = denied
    }

    public func admit(_ entrant: Entrant) throws(Fault) -> Actor? {
        var actor: Actor?
        do throws(Denial) {
            if let token = entrant.token { actor = try prove(token) }
            // Before who asks is looked at: to sell is refused to everybody alike.
            if entrant.purposes.contains(where: \.isNever) { throw Denial.purposeNever }
            guard entrant.contract.callers.contains(entrant.peer.kind) else { throw Denial.callerNotListed }
            try allow(actor, entrant)
            try allowProgram(entrant, actor)
            return actor
        } catch {
            denied(error, entrant, actor)
            throw error.fault
        }
    }

    private func prove(_ text: String) throws(Denial) -> Actor {
        guard let token = tokens.prove(text) else { throw .tokenInvalid }
        guard clock.now < token.expiresAt else { throw .tokenExpired }
        // Whoever holds a key may sign any time: a token for a year is none of ours.
        guard token.expiresAt <= clock.now.adding(milliseconds: ActorToken.lifetimeSecondsMax * 1000) else { throw .tokenInvalid }
        guard isFresh() else { throw .factsStale }
        guard let member = facts.member(token.member), member.generation == token.generation else { throw .memberChanged }
        return Actor(member: token.member.rawValue, role: member.role, workspace: member.workspace?.rawValue)
    }

    /// Whether this actor, or the peer as itself, may ask this of that workspace.
    private func allow(_ actor: Actor?, _ entrant: Entrant) throws(Denial) {
        let contract = entrant.contract
        guard let actor else { return try allowPeerItself(entrant) }
        // A method without roles is programs' own work, and so open to an actor only where there is no data in it.
        guard contract.roles.contains(actor.role) || contract.roles.isEmpty && contract.touchesNothing else { throw .roleNotListed }
        if let own = actor.workspace, entrant.scope != own {
            guard entrant.scope == nil && contract.touchesNothing else { throw .otherWorkspace }
        }
        let instructions = entrant.scope.flatMap { facts.workspace(WorkspaceID(rawValue: $0)) }?.instructions
        let purpose = actor.role.purpose(of: contract.purpose)
        if purpose != contract.purpose { try allow(purpose, of: contract, grantedUntil: instructions?.supportUntil) }
        if purpose == .improveProduct, !actor.role.isOfWorkspace { try allowImprovement(in: entrant.scope) }
    }

    /// What a role does with a method for another purpose than the method's own, which the catalogue's tests have checked.
    private func allow(_ purpose: Purpose, of contract: Contract, grantedUntil: Timestamp?) throws(Denial) {
        for category in contract.reads + contract.writes {
            switch category.allowance(for: purpose) {
            case .always: break
            case .underGrant: guard let grantedUntil, clock.now < grantedUntil else { throw .grantMissing }
            case .never, .countsOnly, .metadataOnly: throw .purposeNever
            }
        }
    }

    /// A customer's own people count what they like; for Botseller's sake their counts serve only where the customer lets them.
    private func allowImprovement(in scope: String?) throws(Denial) {
        guard let scope else { return }  // Over all: the handler leaves out who doesn't let.
        guard facts.workspace(WorkspaceID(rawValue: scope))?.instructions.improvesProduct == true else { throw .purposeNotInstructed }
    }

    private func allowPeerItself(_ entrant: Entrant) throws(Denial) {
        if entrant.contract.roles.isEmpty { return }
        switch entrant.peer.kind {
        case .intake, .conversationStore, .handoffContext, .deletionCoordinator, .connector: return
        case .operator:
            guard entrant.contract.roles.contains(.operator) else { throw .tokenMissing }
            if entrant.contract.purpose == .improveProduct { try allowImprovement(in: entrant.scope) }
        case .gateway, .assistant: throw .tokenMissing
        }
    }

    /// A program that isn't the mesh's own may have been removed since it connected, and may speak for one workspace only.
    private func allowProgram(_ entrant: Entrant, _ actor: Actor?) throws(Denial) {
        switch entrant.peer.kind {
        case .intake, .conversationStore, .handoffContext, .deletionCoordinator, .operator: return
        case .gateway, .connector, .assistant:
            guard let program = facts.program(entrant.peer.name), program.kind == entrant.peer.kind else { throw .programUnknown }
            if program.kind == .assistant, let actor, actor.role != .assistant { throw .roleNotListed }
            guard let workspace = program.workspace, !entrant.contract.touchesNothing else { return }
            guard entrant.scope == workspace.rawValue else { throw .programOfOtherWorkspace }
        }
    }
}

extension Contract {
    /// No personal data is read or written: health, the catalogue.
    fileprivate var touchesNothing: Bool { reads.isEmpty && writes.isEmpty }
}
