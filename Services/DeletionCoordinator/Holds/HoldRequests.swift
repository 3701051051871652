import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import Wire

/// Requests about legal holds.
extension DeletionCoordinator {
    func registerHolds() {
        process.router.on(PlaceHold.self, placeHold)
        process.router.on(LiftHold.self, liftHold)
        process.router.on(ListHolds.self, listHolds)
    }

    func placeHold(_ request: PlaceHold, _ reply: Reply<PlaceHold>) {
        let now = process.system.clock.now
        if let end = request.endsAt, end <= now { return reply.refuse(.alreadyEnded, "its end has passed") }
        if let workspace = request.workspace, access.facts.workspace(workspace) == nil {
            return reply.refuse(.unknownWorkspace, "no such workspace: look for a spelling mistake")
        }
        let target: Hold.Target
        switch (request.workspace, request.person, request.deletion) {
        case (.some, .some(let person), nil):
            guard person.kind != .username else { return reply.refuse(.subjectNotProven, "name the person by IGSID, phone or BSUID") }
            if let problem = person.problem { return reply.fault(.malformed, "body: person.value: \(problem)") }
            target = .person
        case (.some, nil, nil): target = .workspace
        case (nil, nil, .some(let deletion)):
            do {
                guard try store.read(deletion) != nil else { return reply.refuse(.unknownDeletion, "no such deletion") }
            } catch { return fail(error, reply) }
            target = .deletion
        default: return reply.fault(.malformed, "body: expected a workspace, a person in a workspace, or a deletion")
        }
        let subject = request.person.map { Subject(workspace: request.workspace ?? .nobodys, aliases: [$0]) }
        let hold = DeletionCoordinatorStore.WantedHold(
            key: request.key, digest: codes.digest("hold", of: FieldVisitor.write(request)), target: target, workspace: request.workspace,
            deletion: request.deletion, sealedSubject: subject.map(store.seal.seal), ground: request.ground, reference: request.reference,
            scope: request.scope.isEmpty ? Hold.Scope.allCases : request.scope, endsAt: request.endsAt, now: now)
        let isQueued = store.database.writer.submit("place hold") { connection in
            try DeletionCoordinatorStore.place(hold, connection)
        } completion: { [self] result in
            switch result {
            case .success(let id):
                guard keepHolds(reply) else { return }
                process.log.event("holdPlaced", ("hold", .int(id.rawValue)), ("target", .safe(target.rawValue)))
                weighAll { affected in reply.ok(PlaceHold.Response(hold: id, affected: affected)) }
            case .failure(_ as KeyReused): reply.refuse(.keyReused, "this key was given before, for something else: choose another one")
            case .failure(let error): fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    func liftHold(_ request: LiftHold, _ reply: Reply<LiftHold>) {
        let now = process.system.clock.now
        write("lift hold", reply) { connection in
            try DeletionCoordinatorStore.lift(request.hold, now: now, connection)
        } then: { [self] hold in
            guard let hold else { return reply.refuse(.unknownHold, "no such hold") }
            guard keepHolds(reply) else { return }
            process.log.event("holdLifted", ("hold", .int(hold.id.rawValue)))
            weighAll { _ in reply.ok(hold) }
        }
    }

    func listHolds(_ request: ListHolds, _ reply: Reply<ListHolds>) {
        read(reply) {
            ListHolds.Response(holds: try store.holds(of: request.workspace, limit: request.limit, before: request.before))
        }
    }

    /// Writes down outside the database what stands, for a restored backup. False when it could not be: then the caller was told, and the
    /// same request again mends it.
    private func keepHolds<R: Request>(_ reply: Reply<R>) -> Bool {
        do {
            try writeHolds()
            return true
        } catch {
            fail(error, reply)
            return false
        }
    }

    func writeHolds() throws {
        try holdsFile.withLock {
            let holds = try store.standingHolds(digester, now: process.system.clock.now)
            try holds.write(dataFolder: process.configuration.dataFolder)
        }
    }

    /// Has every run that erases look at the holds again, one after another; answers with those that are under way with something kept.
    private func weighAll(_ done: @escaping @Sendable ([HeldDeletion]) -> Void) {
        do { weigh(try store.openDeletions(limit: PlaceHold.Response.affectedMax)[...], [], done) } catch {
            process.log.event("holdsUnreadable", level: .error, ("error", .safe("\(error)")))
            done([])
        }
    }

    private func weigh(
        _ open: ArraySlice<DeletionID>, _ affected: [HeldDeletion], _ done: @escaping @Sendable ([HeldDeletion]) -> Void
    ) {
        guard let deletion = open.first else { return done(affected) }
        driver.weigh(deletion) { [self] _ in
            weigh(open.dropFirst(), affected + held(deletion), done)
        }
    }

    /// As it stands now, where a hold covers it.
    private func held(_ deletion: DeletionID) -> [HeldDeletion] {
        do {
            guard let run = try store.run(deletion), let read = try store.read(deletion) else { return [] }
            guard try !store.keeping(of: run, now: process.system.clock.now).holders.isEmpty else { return [] }
            let gone = read.legs.filter { $0.state == .erased || $0.state == .proved }.map(\.holder)
            return [HeldDeletion(deletion: deletion, state: read.deletion.state, erased: gone)]
        } catch {
            process.log.event("deletionUnreadable", level: .error, ("deletion", .int(deletion.rawValue)), ("error", .safe("\(error)")))
            return []
        }
    }
}
