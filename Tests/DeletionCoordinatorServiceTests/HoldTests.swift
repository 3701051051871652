import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import Testing
import Wire

@testable import DeletionCoordinatorService

/// Legal holds, over the real file, with fake holders.
@Suite struct HoldTests {
    static let person = Alias(.whatsapp, .phone, "4930901820")

    private func place(_ mesh: Mesh, key: String = "h", scope: [Hold.Scope] = [], endsAt: Timestamp? = nil) throws -> PlaceHold.Response {
        try mesh.decide(
            PlaceHold(
                key: RequestKey(key), workspace: Mesh.workspace, person: HoldTests.person, ground: .legalClaims, scope: scope,
                endsAt: endsAt)
        ).value()
    }

    private func states(_ mesh: Mesh, _ deletion: DeletionID) throws -> [DeletionLeg.State] { try mesh.read(deletion).legs.map(\.state) }

    @Test func whatIsHeldIsSetAsideAndTheRestErasedAndLiftingResumes() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.rows = 3 }
        let hold = try place(mesh, scope: [.messages])
        let deletion = try mesh.request(HoldTests.person).value().deletion
        try mesh.watch(deletion, reach: .held)

        #expect(try states(mesh, deletion) == [.erased, .kept, .erased, .erased])
        #expect(mesh.store.with { $0.rows == 3 && $0.erased.isEmpty && $0.setAside.count == 1 })
        #expect(mesh.handoff.with { $0.erased.count } == 1)
        try mesh.wait { mesh.coordinator.process.metrics.snapshot()["deletions.held"] == 1 }
        // A stop and days later it is held still, and not late.
        try mesh.sleep(milliseconds: 40 * Deletion.Source.day)
        #expect(try mesh.read(deletion).deletion.state == .held)
        try mesh.wait { mesh.coordinator.process.metrics.snapshot()["deletions.held"] == 1 }
        #expect(mesh.coordinator.process.metrics.snapshot()["deletions.overdue"] == 0 && mesh.coordinator.standing == "ok")

        let lifted = try mesh.decide(LiftHold(hold: hold.hold)).value()
        #expect(lifted.liftedAt == mesh.time.now)
        #expect(try mesh.complete(deletion).legs.allSatisfy { $0.state == .proved })
        #expect(mesh.store.with { $0.rows } == 0)
    }

    /// The control: without the hold, and for another person, nothing is kept.
    @Test func nobodyElseIsHeld() throws {
        let mesh = try Mesh()
        _ = try place(mesh)
        let other = try mesh.complete(try mesh.request(Alias(.whatsapp, .phone, "4930901821")).value().deletion)
        #expect(other.legs.allSatisfy { $0.state == .proved } && mesh.store.with { $0.setAside.isEmpty })
    }

    @Test func aHoldInTheMiddleStopsWhatIsNotDoneAndSaysWhatWasGone() throws {
        let mesh = try Mesh()
        mesh.intake.with { $0.rows = 1 }
        mesh.store.with { $0.rows = 3 }
        // It is held up between intake and the store, by receipts that nobody accepts.
        mesh.store.with { state in
            state.tamper = { [store = mesh.store] _ in
                store.with { $0.rows = 3 }  // As if it had not been asked.
                return ErasureReceipt()
            }
        }
        let deletion = try mesh.request(HoldTests.person).value().deletion
        try mesh.wait { try mesh.read(deletion).receipts.count == 1 && mesh.read(deletion).deletion.failedAttempts > 0 }

        let answer = try place(mesh)
        #expect(answer.affected.map(\.deletion) == [deletion])
        #expect(answer.affected.first?.erased == ["intake"])
        mesh.store.with { $0.tamper = { $0 } }
        try mesh.wait { try mesh.read(deletion).deletion.state == .held }
        #expect(try states(mesh, deletion) == [.erased, .kept, .erased, .erased])
        #expect(mesh.store.with { $0.rows } == 3)

        _ = try mesh.decide(LiftHold(hold: answer.hold)).value()
        #expect(try mesh.complete(deletion).receipts[1].rows == ["things": 3])
    }

    @Test func aNameThatOnlyAHolderKnowsIsHeldToo() throws {
        let mesh = try Mesh()
        let bsuid = Alias(.whatsapp, .bsuid, "DE.77001122")
        mesh.store.with { state in
            state.adds = { subject in
                var grown = subject
                if subject.aliases.contains(bsuid) { grown.formUnion(Subject(workspace: subject.workspace, aliases: [HoldTests.person])) }
                return grown
            }
        }
        _ = try place(mesh)
        let deletion = try mesh.request(bsuid).value().deletion
        try mesh.watch(deletion, reach: .held)
    }

    @Test func aHoldEndsByItselfAndAnotherMayStand() throws {
        let mesh = try Mesh()
        _ = try place(mesh, key: "a", endsAt: mesh.time.now.adding(milliseconds: Deletion.Source.day))
        _ = try place(mesh, key: "b", scope: [.forms], endsAt: mesh.time.now.adding(milliseconds: 2 * Deletion.Source.day))
        let deletion = try mesh.request(HoldTests.person).value().deletion
        try mesh.watch(deletion, reach: .held)
        #expect(try states(mesh, deletion) == [.kept, .kept, .erased, .erased])

        try mesh.sleep(milliseconds: Deletion.Source.day)
        try mesh.watch(deletion, reach: .held)
        try mesh.wait { try states(mesh, deletion) == [.kept, .erased, .erased, .erased] }
        try mesh.sleep(milliseconds: Deletion.Source.day)
        #expect(try mesh.complete(deletion).legs.allSatisfy { $0.state == .proved })
    }

    @Test(arguments: [true, false])
    func aWholeWorkspaceAndOneDeletionCanBeHeld(_ ofWorkspace: Bool) throws {
        let mesh = try Mesh()
        let deletion = try mesh.schedule(HoldTests.person).deletion
        let hold = try mesh.decide(
            PlaceHold(
                key: RequestKey("h"), workspace: ofWorkspace ? Mesh.workspace : nil, deletion: ofWorkspace ? nil : deletion,
                ground: .authorityOrder)
        ).value().hold
        try mesh.sleep(milliseconds: Deletion.Source.day)
        try mesh.watch(deletion, reach: .held)
        #expect(try mesh.call(ListDeletions(limit: 1)).value().deletions[0].state == .held)
        _ = try mesh.decide(LiftHold(hold: hold)).value()
        _ = try mesh.complete(deletion)
    }

    @Test func holdsAreListedAndNameNobodyOnceTheyAreLifted() throws {
        let mesh = try Mesh(scans: true)
        let first = try place(mesh, key: "a").hold
        #expect(try place(mesh, key: "a").hold == first)
        let second = try mesh.decide(PlaceHold(key: RequestKey("b"), workspace: Mesh.workspace, ground: .legalDuty)).value().hold
        #expect(try mesh.coordinator.scan([HoldTests.person.value]).isClean)
        _ = try mesh.decide(LiftHold(hold: first)).value()

        let holds = try mesh.decide(ListHolds(limit: 10)).value().holds
        #expect(holds.map(\.id) == [second, first] && holds.map(\.target) == [.workspace, .person])
        #expect(holds.map { $0.liftedAt == nil } == [true, false] && holds[1].scope == Hold.Scope.allCases)
        #expect(try mesh.coordinator.rowCount("holds WHERE subject IS NOT NULL") == 0)
    }

    @Test func whatIsNoHoldIsRefused() throws {
        let mesh = try Mesh()
        func refusal(_ hold: PlaceHold) -> PlaceHold.Refusal? { mesh.decide(hold).refusal }
        let elsewhere = WorkspaceID(rawValue: "nobody")
        #expect(refusal(PlaceHold(key: RequestKey("a"), workspace: elsewhere, ground: .legalDuty)) == .unknownWorkspace)
        #expect(refusal(PlaceHold(key: RequestKey("b"), deletion: DeletionID(rawValue: 9), ground: .legalDuty)) == .unknownDeletion)
        let username = Alias(.instagram, .username, "anna")
        #expect(
            refusal(PlaceHold(key: RequestKey("c"), workspace: Mesh.workspace, person: username, ground: .legalDuty)) == .subjectNotProven)
        #expect(
            refusal(PlaceHold(key: RequestKey("d"), workspace: Mesh.workspace, ground: .legalDuty, endsAt: mesh.time.now)) == .alreadyEnded)
        _ = try place(mesh, key: "e")
        #expect(refusal(PlaceHold(key: RequestKey("e"), workspace: Mesh.workspace, ground: .legalDuty)) == .keyReused)
        #expect(mesh.decide(PlaceHold(key: RequestKey("f"), ground: .legalDuty)).fault == .malformed)
        #expect(mesh.decide(LiftHold(hold: HoldID(rawValue: 99))).refusal == .unknownHold)
    }
}
