import Access
import Domain
import IntakeContracts
import Policy
import Runtime
import Threads
import Wire

/// Plays intake's part towards a service in the same process: says once who may do what, and is down afterwards.
public final class PlayedAccounts: @unchecked Sendable {  // All variables are guarded by `lock`.
    private let lock = Lock()
    private let process: ServiceProcess
    private let tokens: TokenKeys
    private let router = Router(service: "intake")
    private var facts: [AccessFact] = []
    private var isSaid = false
    private var passed: [PassTurn] = []
    private var isDeaf = false
    private let taken = Answer<Bool>()

    public init(_ process: ServiceProcess) throws {
        self.process = process
        tokens = TokenKeys(try process.keys.tokenKeys())
        router.on(ReadAccessFeed.self) { [unowned self] _, reply in answer(reply) }
        router.on(PassTurn.self) { [unowned self] request, reply in
            if lock.withLock({ isDeaf }) { return reply.fault(.unavailable, "intake is down") }
            lock.withLock { passed.append(request) }
            reply.ok(Empty())
        }
        router.seal(serving: [])
    }

    public var transport: any Transport { LocalTransport(router, as: process.service) }

    /// Whether the service has taken what was said; waits for it.
    public var areTaken: Bool { taken.wait(milliseconds: 10_000) ?? false }

    /// Before the service asks: it hears all at once.
    /// Turns that intake was told of, in order.
    public var passedTurns: [PassTurn] { lock.withLock { passed } }

    /// Hears of no further turn.
    public func becomeDeaf() { lock.withLock { isDeaf = true } }

    public func say(_ fact: AccessFact) {
        lock.withLock {
            precondition(!isSaid, "what is said after the one answer is heard by nobody")
            facts.append(fact)
        }
    }

    /// Adds a member and returns a token that lives for 10 minutes.
    public func member(_ role: Role, of workspace: WorkspaceID?) -> String {
        let member = MemberID(rawValue: "mem_\(role.rawValue)_\(workspace?.rawValue ?? "none")")
        say(AccessFact(.memberSet, workspace, member: MemberRights(member, role, generation: 1), at: process.system.clock.now))
        return token(member, generation: 1, milliseconds: 600_000)
    }

    public func token(_ member: MemberID, generation: Int64, milliseconds: Int64) -> String {
        tokens.sign(
            ActorToken(member: member, generation: generation, expiresAt: process.system.clock.now.adding(milliseconds: milliseconds)))
    }

    private func answer(_ reply: Reply<ReadAccessFeed>) {
        let facts: [AccessFact]? = lock.withLock {
            defer { isSaid = true }
            return isSaid ? nil : self.facts
        }
        guard let facts else {
            taken.fill(true)  // It asks for more: it has what came before.
            return reply.fault(.unavailable, "intake is down")
        }
        reply.ok(.init(facts: facts, next: Cursor(epoch: "played", sequence: Int64(facts.count)), restarted: false))
    }
}
