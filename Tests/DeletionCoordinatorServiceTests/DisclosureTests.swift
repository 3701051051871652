import DeletionCoordinatorContracts
import Domain
import Erasure
import HolderContracts
import Policy
import Testing
import Wire

@testable import DeletionCoordinatorService

/// `disclosures.record`, and what is left of it. Who may list is the gate's affair: `AccessTests`, `MeshTests`.
@Suite struct DisclosureTests {
    private let mesh: Mesh
    private let ada = ParticipantID(rawValue: 7)
    private let ben = ParticipantID(rawValue: 8)

    init() throws { mesh = try Mesh() }

    private func look(
        at person: ParticipantID? = nil, items: Int64 = 3, of workspace: WorkspaceID = Mesh.workspace, purpose: String? = nil
    ) throws -> Disclosure {
        let digester = ErasureDigester(peppers: try mesh.keys.peppers())
        var look = Disclosure(
            to: Recipient(.support, "mem_sam"), [.communication, .profile], items: items, for: .supportCustomer, of: workspace,
            about: person.map { digester.tag(.participant($0)) }, role: .support, at: mesh.time.now)
        look.purpose = purpose ?? look.purpose
        return look
    }

    private func record(_ key: String, _ disclosure: Disclosure) -> Outcome<RecordDisclosure> {
        mesh.call(RecordDisclosure(key: RequestKey(key), disclosure))
    }

    private func listed(of workspace: WorkspaceID? = nil, limit: Int64 = 10, before: DisclosureID? = nil) throws -> [ListDisclosures.Entry]
    {
        try mesh.coordinator.service.store.disclosures(ListDisclosures(workspace: workspace, limit: limit, before: before))
    }

    @Test func aDisclosureIsRecordedOnceAndReadAsItWasTold() throws {
        let look = try look(at: ada)
        let first = try record("a", look).value()
        #expect(try record("a", look).value() == first)
        #expect(try listed() == [ListDisclosures.Entry(id: first.id, look)])

        #expect(record("a", try self.look(at: ben)).refusal == .keyReused)
        mesh.close()
        try mesh.open()
        #expect(try record("a", look).value() == first)
        #expect(try listed() == [ListDisclosures.Entry(id: first.id, look)])
    }

    @Test func theListGoesBackInPagesAndKeepsWorkspacesApart() throws {
        let other = WorkspaceID(rawValue: "other")
        for index in 0..<5 {
            _ = try record("k\(index)", look(items: Int64(index), of: index == 2 ? other : Mesh.workspace)).value()
        }
        let first = try listed(limit: 2)
        let rest = try listed(before: first.last?.id)
        #expect((first + rest).map(\.disclosure.items) == [4, 3, 2, 1, 0])
        #expect(try listed(of: other).map(\.disclosure.items) == [2])
        #expect(try listed(of: Mesh.workspace).map(\.disclosure.items) == [4, 3, 1, 0])
    }

    @Test(arguments: NeverPurpose.allCases)
    func nothingIsDisclosedForWhatIsNeverDone(never: NeverPurpose) throws {
        #expect(record("a", try look(purpose: never.rawValue)).fault == .purposeForbidden)
        #expect(try listed().isEmpty)
    }

    @Test func anUnknownPurposeIsRefused() throws {
        #expect(record("a", try look(purpose: "curiosity")).refusal == .unknownPurpose)
        #expect(try listed().isEmpty)
    }

    // MARK: Erasure and time

    @Test func anErasedPersonIsTakenOutOfTheirDisclosuresAndNobodyElse() throws {
        let (ada, ben) = (ada, ben)
        mesh.store.with {
            $0.adds = { subject in
                var known = subject; known.participants = [ada]; return known
            }
        }
        _ = try record("a", look(at: ada)).value()
        _ = try record("b", look(at: ben)).value()

        let deletion = try mesh.request(RequestTests.person).value().deletion
        let read = try mesh.complete(deletion)

        #expect(read.receipts.first { $0.holder == "deletion-coordinator" }?.rows["disclosures"] == 1)
        var anonymous = try look(at: ada)
        anonymous.subject = nil
        anonymous.at = try listed()[1].disclosure.at
        #expect(try listed().map(\.disclosure.subject) == [try look(at: ben).subject, nil])
        #expect(try listed()[1].disclosure == anonymous)
        // What was under way is kept without them, too; a repeat of what was told before is still one.
        _ = try record("late", look(at: ada)).value()
        #expect(try listed()[0].disclosure.subject == nil)
        #expect(try listed().count == 3)
    }

    @Test func aDisclosureIsKeptAsLongAsARequest() throws {
        let length = Retention.requestRecords.length.milliseconds
        func expire() throws -> [String: Int64] {
            try mesh.call(ExpireData(rule: .requestRecords, until: mesh.time.now.adding(milliseconds: -length))).value().rows
        }
        _ = try record("old", look()).value()
        try mesh.sleep(milliseconds: length - 1)
        _ = try record("last", look()).value()
        #expect(try expire().isEmpty && listed().count == 2)
        try mesh.sleep(milliseconds: 1)
        #expect(try expire() == ["disclosures": 1] && listed().count == 1)
    }
}
