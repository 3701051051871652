import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import Testing
import Wire

@testable import DeletionCoordinatorService

/// Retention: who may say what, what a run asks for, and what is on record of it; with fake holders, by a clock that the test sets.
@Suite struct RetentionRunTests {
    private static let day: Int64 = 86_400_000
    private static let person = Subject(workspace: Mesh.workspace, aliases: [Alias(.whatsapp, .phone, "4930901820")])
    private static let now = Timestamp(rawValue: 1_767_225_600_000)

    private func set(_ mesh: Mesh, _ rule: Retention, _ days: Int64?, of workspace: WorkspaceID = Mesh.workspace) -> Outcome<SetRetention> {
        mesh.decide(SetRetention(workspace: workspace, rule: rule, days: days))
    }

    private func runs(_ mesh: Mesh, of workspace: WorkspaceID? = nil) throws -> [RetentionRun] {
        try mesh.decide(ReadRetention(workspace: workspace, limit: 50)).value().runs
    }

    // MARK: The plan

    private func plan(
        _ own: RetentionPlan.OwnLengths = [:], held: RetentionPlan.Held = .init(), of workspace: WorkspaceID? = nil,
        by rule: Retention? = nil
    ) -> [ExpireData] {
        RetentionPlan(own, held, at: RetentionRunTests.now, of: workspace, by: rule, isDryRun: false).expiries
    }

    private func ages(_ expiries: [ExpireData]) -> [String] {
        expiries.map {
            let days = (RetentionRunTests.now.rawValue - $0.until.rawValue) / RetentionRunTests.day
            return "\($0.rule.rawValue) \($0.workspace?.rawValue ?? "all") \(days)" + ($0.isHeld == true ? " held" : "")
        }
    }

    @Test func withoutOwnLengthsEachRuleIsAskedForOnceAndMessagesAreLeftAlone() {
        let expected = Retention.allCases.filter { $0 != .messengerData }.map { "\($0.rawValue) all \($0.length.days)" }
        #expect(ages(plan()) == expected)
    }

    @Test func whatAWorkspaceShortensIsAskedForItAloneAndNoOtherIsTouched() {
        let own: RetentionPlan.OwnLengths = [Mesh.workspace: [.messengerData: 90]]
        // Comments and contexts are messenger data too: none is kept longer than all of it, and none longer than its own rule.
        #expect(ages(plan(own, by: .messengerData)) == ["messengerData acme 90"])
        #expect(ages(plan(own, by: .comments)) == ["comments acme 90", "comments all 365"])
        #expect(plan(own, by: .comments)[1].except == [Mesh.workspace])
        #expect(ages(plan(own, by: .handoffContext)) == ["handoffContext all 30"])
        #expect(plan(own, by: .handoffContext)[0].except == [])
        #expect(ages(plan(own, of: Mesh.workspace)) == ["messengerData acme 90", "comments acme 90", "handoffContext acme 30"])
        #expect(ages(plan(own, of: Mesh.other)) == ["comments beta 365", "handoffContext beta 30"])
    }

    @Test func aHeldWorkspaceIsOnlyCountedAndHeldPeopleAreNamedWhereTheyAre() {
        let held = RetentionPlan.Held(workspaces: [Mesh.other], people: [RetentionRunTests.person])
        let comments = plan(held: held, by: .comments)
        #expect(ages(comments) == ["comments beta 365 held", "comments all 365"])
        #expect(comments.map { $0.held.count } == [0, 1] && comments[1].except == [Mesh.other])
    }

    // MARK: Rules

    @Test func aWorkspaceMaySayLessAndOnlyOfWhatIsItsOwn() throws {
        let mesh = try Mesh()
        #expect(try set(mesh, .messengerData, 90).value().workspaceDays == 90)
        #expect(set(mesh, .comments, 366).refusal == .longerThanDefault)
        #expect(set(mesh, .handoffContext, 31).refusal == .longerThanDefault)
        for rule in Retention.allCases where !rule.workspaceMayShorten { #expect(set(mesh, rule, 1).refusal == .notTheWorkspaces) }
        #expect(set(mesh, .comments, 30, of: WorkspaceID(rawValue: "nobody")).refusal == .unknownWorkspace)

        func own(_ workspace: WorkspaceID?) throws -> [String] {
            try mesh.decide(ReadRetention(workspace: workspace, limit: 1)).value().rules.compactMap { rule in
                rule.workspaceDays.map { "\(rule.rule.rawValue) \($0)" }
            }
        }
        #expect(try own(Mesh.workspace) == ["messengerData 90"])
        // Control: another's table is the default's.
        #expect(try own(Mesh.other) == [] && own(nil) == [])
        #expect(try mesh.decide(ReadRetention(limit: 1)).value().rules.map(\.rule) == Retention.allCases)
        _ = try set(mesh, .messengerData, nil).value()
        #expect(try own(Mesh.workspace) == [])
    }

    // MARK: Runs

    @Test func runsComeByTheClockAndTheirRecordOutlivesARestart() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.expires = { $0.rule == .comments ? (["messages": 7], [:], false) : ([:], [:], false) } }
        mesh.coordinator.service.retention.start()
        mesh.time.waitUntilWaiting(count: 2)
        #expect(try runs(mesh).isEmpty)

        mesh.time.advance(milliseconds: RetentionRuns.firstMilliseconds)
        try mesh.wait { try runs(mesh).first?.endedAt != nil }
        let first = try #require(runs(mesh).first)
        #expect(first.isScheduled && first.results.map(\.rows) == [["messages": 7]] && first.results[0].holder == "conversation-store")
        #expect(mesh.intake.with { $0.expiries.count } == Retention.allCases.count - 1)

        // A restart within the hour runs nothing; after it, once.
        try mesh.sleep(milliseconds: RetentionRuns.intervalMilliseconds / 2)
        mesh.coordinator.service.retention.start()
        mesh.time.waitUntilWaiting(count: 2)
        mesh.time.advance(milliseconds: RetentionRuns.intervalMilliseconds / 2)
        try mesh.wait { try runs(mesh).count == 2 && runs(mesh)[0].endedAt != nil }
    }

    @Test func aDryRunAsksForCountsAndLeavesNoRecord() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.expires = { ($0.isDryRun == true ? ["messages": 3] : [:], [:], false) } }
        mesh.coordinator.service.retention.start()
        _ = try set(mesh, .messengerData, 30).value()

        let run = try mesh.decide(RunRetention(workspace: Mesh.workspace, rule: .messengerData, isDryRun: true)).value()
        #expect(run.id == nil && run.results.map(\.rows) == [["messages": 3]] && run.results.map(\.workspace) == [Mesh.workspace])
        #expect(try runs(mesh).isEmpty && mesh.coordinator.rowCount("retention_runs") == 0)
        // Control: the same, not dry.
        #expect(try mesh.decide(RunRetention(workspace: Mesh.workspace, isDryRun: false)).value().id != nil)
        #expect(mesh.store.with { $0.expiries.map { $0.isDryRun == true } } == [true, false, false, false])
    }

    @Test func aHolderIsAskedUntilItIsThroughAndWhoIsDownIsOpen() throws {
        let mesh = try Mesh()
        let rest = Rest(3)
        mesh.store.with { $0.expires = { $0.rule == .comments ? (["messages": 1000], ["messages": 1], rest.take()) : ([:], [:], false) } }
        mesh.handoff.with { $0.isDown = true }
        mesh.coordinator.service.retention.start()

        let run = try mesh.decide(RunRetention(rule: .comments, isDryRun: false)).value()
        #expect(run.results.map(\.holder) == ["conversation-store", "handoff-context"])
        #expect(run.results[0].rows == ["messages": 4000] && run.results[0].kept == ["messages": 1])
        #expect(run.results[1].isOpen == true && run.endedAt != nil)
        #expect(try runs(mesh) == [run])
    }

    @Test func holdsReachEveryRunAndLiftingReleases() throws {
        let mesh = try Mesh()
        mesh.coordinator.service.retention.start()
        _ = try set(mesh, .messengerData, 30).value()
        func place(_ key: String, _ person: Alias?, scope: [Hold.Scope] = []) throws -> HoldID {
            try mesh.decide(
                PlaceHold(key: RequestKey(key), workspace: Mesh.workspace, person: person, ground: .legalClaims, scope: scope)
            ).value().hold
        }
        func asked() throws -> ExpireData? {
            mesh.store.with { $0.expiries = [] }
            _ = try mesh.decide(RunRetention(workspace: Mesh.workspace, rule: .messengerData, isDryRun: false)).value()
            return mesh.store.with { $0.expiries.first }
        }
        let person = try place("a", RetentionRunTests.person.aliases[0])
        // Forms alone are no messages.
        _ = try place("b", Alias(.whatsapp, .phone, "4930901821"), scope: [.forms])
        #expect(try asked()?.held == [RetentionRunTests.person])
        let all = try place("c", nil)
        #expect(try asked()?.isHeld == true)
        for hold in [person, all] { _ = try mesh.decide(LiftHold(hold: hold)).value() }
        #expect(try asked().map { $0.held.isEmpty && $0.isHeld == nil } == true)
    }

    @Test func aWorkspaceSeesWhatWasDoneToItsOwnAlone() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.expires = { $0.rule == .messengerData ? (["messages": 2], [:], false) : ([:], [:], false) } }
        mesh.coordinator.service.retention.start()
        for workspace in [Mesh.workspace, Mesh.other] { _ = try set(mesh, .messengerData, 30, of: workspace).value() }
        _ = try mesh.decide(RunRetention(isDryRun: false)).value()
        #expect(try runs(mesh, of: Mesh.workspace)[0].results.map(\.workspace) == [Mesh.workspace])
        #expect(try runs(mesh)[0].results.count == 2)
        #expect(
            mesh.decide(RunRetention(workspace: WorkspaceID(rawValue: "nobody"), isDryRun: true)).refusal == .unknownWorkspace)
    }

    /// Records go by the rule that they report on.
    @Test func recordsOfRequestsHoldsAndRunsGoAfterTwoYears() throws {
        let mesh = try Mesh()
        _ = try mesh.complete(try mesh.request(RetentionRunTests.person.aliases[0]).value().deletion)
        let hold = try mesh.decide(PlaceHold(key: RequestKey("h"), workspace: Mesh.workspace, ground: .legalDuty)).value().hold
        _ = try mesh.decide(LiftHold(hold: hold)).value()
        mesh.coordinator.service.retention.start()
        let run = try #require(mesh.decide(RunRetention(rule: .requestRecords, isDryRun: false)).value().id)
        func counts() throws -> [Int64] {
            try ["deletions", "requests", "receipts", "holds", "retention_runs WHERE id <= \(run.rawValue)"].map(
                mesh.coordinator.rowCount)
        }
        #expect(try counts() == [1, 1, 4, 1, 1])
        mesh.close()
        mesh.time.advance(milliseconds: 731 * RetentionRunTests.day)
        try mesh.open()
        mesh.coordinator.service.retention.start()
        _ = try mesh.decide(RunRetention(rule: .requestRecords, isDryRun: false)).value()
        #expect(try counts() == [0, 0, 0, 0, 0])
    }
}

/// So many answers that there is more.
private final class Rest: @unchecked Sendable {  // Used by one thread at a time.
    private var count: Int

    init(_ count: Int) { self.count = count }

    func take() -> Bool {
        count -= 1
        return count >= 0
    }
}
