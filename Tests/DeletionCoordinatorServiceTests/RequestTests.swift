import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Testing
import Wire

@testable import DeletionCoordinatorService

/// `deletions.request`, `.read` and `.list`.
@Suite struct RequestTests {
    static let person = Alias(.whatsapp, .phone, "4930901820")

    @Test func aRepeatIsTheSameDeletionAndTheSameCode() throws {
        let mesh = try Mesh()
        let first = try mesh.request(RequestTests.person, immediately: false).value()
        let second = try mesh.request(RequestTests.person, immediately: false).value()

        #expect(second.deletion == first.deletion && second.code == first.code)
        #expect(first.code.count == ConfirmationCodes.codeLength && first.code.allSatisfy { $0.isLetter || $0.isNumber })
        #expect(try mesh.call(ListDeletions(limit: 10)).value().deletions.count == 1)
    }

    @Test func aRepeatAfterCompletionStillHearsItsCode() throws {
        let mesh = try Mesh()
        let first = try mesh.request(RequestTests.person).value()
        _ = try mesh.complete(first.deletion)

        let second = try mesh.request(RequestTests.person).value()
        #expect(second == RequestDeletion.Response(deletion: first.deletion, code: first.code, state: .completed))
    }

    @Test func aKeyForSomethingElseIsRefused() throws {
        let mesh = try Mesh()
        _ = try mesh.request(RequestTests.person, key: "k").value()
        #expect(mesh.request(Alias(.whatsapp, .phone, "4930901821"), key: "k").refusal == .keyReused)
    }

    @Test func whoAsksForTheSameSubjectJoinsWithACodeOfTheirOwn() throws {
        let mesh = try Mesh()
        let first = try mesh.request(RequestTests.person, key: "a", immediately: false).value()
        let second = try mesh.request(RequestTests.person, key: "b", immediately: false).value()

        #expect(second.deletion == first.deletion && second.code != first.code)
        for code in [first.code, second.code] { #expect(try mesh.http(.get, "/data-deletion/status/\(code)").status == .ok) }
    }

    @Test func whoJoinsAndAsksForItAtOnceNeedNotWait() throws {
        let mesh = try Mesh()
        let started = mesh.time.now
        let first = try mesh.schedule(RequestTests.person, key: "a")
        let second = try mesh.request(RequestTests.person, key: "b", immediately: true).value()

        let read = try mesh.complete(second.deletion)
        #expect(second.deletion == first.deletion)
        #expect(read.deletion.scheduledFor == started)
    }

    @Test func whoAsksAgainWhileErasingHasWhatCameBetweenErased() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.rows = 1 }
        // The first is held up after the store, by receipts that nobody accepts.
        mesh.handoff.with { $0.tamper = { $0.deletion.rawValue == 1 ? ErasureReceipt() : $0 } }
        let first = try mesh.request(RequestTests.person, key: "a").value()
        try mesh.wait { try mesh.read(first.deletion).receipts.count == 2 && mesh.read(first.deletion).deletion.failedAttempts > 0 }

        // The person writes anew, and asks again.
        mesh.time.advance(milliseconds: 1000)
        mesh.store.with { $0.rows = 2 }
        let second = try mesh.request(RequestTests.person, key: "b").value()
        #expect(second.deletion != first.deletion && second.code != first.code)
        #expect(try mesh.complete(second.deletion).receipts[1].rows == ["things": 2])

        #expect(try mesh.read(first.deletion).deletion.state == .erasing)
        mesh.handoff.with { $0.tamper = { $0 } }
        #expect(try mesh.complete(first.deletion).receipts[1].rows == ["things": 1])
        #expect(mesh.store.with { Set($0.tombstones.map(\.cutoff)).count } == 2)
    }

    @Test func whoAsksAgainWhileVerifyingHasADeletionOfTheirOwn() throws {
        let mesh = try Mesh()
        mesh.handoff.with { state in
            state.tamper = { [intake = mesh.intake] receipt in
                intake.with { $0.isDown = true }
                return receipt
            }
        }
        let first = try mesh.request(RequestTests.person, key: "a").value()
        try mesh.wait { try mesh.read(first.deletion).deletion.state == .verifying }

        let second = try mesh.request(RequestTests.person, key: "b").value()
        mesh.handoff.with { $0.tamper = { $0 } }
        mesh.intake.with { $0.isDown = false }

        #expect(second.deletion != first.deletion)
        for deletion in [first.deletion, second.deletion] { #expect(try mesh.complete(deletion).receipts.count == 4) }
    }

    @Test func nobodyJoinsADeletionThatMayBeginAtThisMoment() throws {
        let mesh = try Mesh()
        // Its time comes, and it stays where it is: it can't be read.
        let due = try mesh.schedule(RequestTests.person, key: "a").deletion
        try mesh.coordinator.damage(due)
        // The control: a moment before, it is joined.
        mesh.time.advance(milliseconds: Deletion.Source.day - 1)
        #expect(try mesh.request(RequestTests.person, key: "b", immediately: false).value().deletion == due)

        mesh.time.advance(milliseconds: 1)
        let other = try mesh.request(RequestTests.person, key: "c").value().deletion
        #expect(other != due)
        #expect(try mesh.complete(other).receipts.count == 4)
        #expect(try mesh.read(due).deletion.state == .scheduled)
    }

    @Test func theClockStartsWithWhoeverAskedFirst() throws {
        let mesh = try Mesh()
        let (earlier, earliest) = (mesh.time.now.adding(milliseconds: -5000), mesh.time.now.adding(milliseconds: -9000))
        let deletion = try mesh.schedule(RequestTests.person, key: "a", receivedAt: earlier).deletion
        let scheduled = try mesh.read(deletion).deletion.scheduledFor
        mesh.time.advance(milliseconds: 1000)

        #expect(try mesh.request(RequestTests.person, key: "b", immediately: false, receivedAt: earliest).value().deletion == deletion)
        #expect(try mesh.read(deletion).deletion.receivedAt == earliest)
        // A later one changes nothing, and a later window puts nothing off.
        #expect(try mesh.request(RequestTests.person, key: "c", immediately: false).value().deletion == deletion)
        #expect(try mesh.read(deletion).deletion.receivedAt == earliest)
        #expect(try mesh.read(deletion).deletion.scheduledFor == scheduled)
    }

    @Test func aNewRequestAfterCompletionIsANewDeletion() throws {
        let mesh = try Mesh()
        let first = try mesh.request(RequestTests.person, key: "a").value()
        _ = try mesh.complete(first.deletion)
        let second = try mesh.request(RequestTests.person, key: "b").value()
        #expect(second.deletion != first.deletion)
    }

    @Test func theSamePersonElsewhereIsAnotherDeletion() throws {
        let mesh = try Mesh()
        #expect(mesh.request(RequestTests.person, workspace: WorkspaceID(rawValue: "nobodys")).refusal == .unknownWorkspace)
    }

    @Test func aUsernameProvesNobody() throws {
        let mesh = try Mesh()
        #expect(mesh.request(Alias(.instagram, .username, "anna")).refusal == .subjectNotProven)
    }

    @Test(arguments: [
        Alias(.whatsapp, .phone, "+49 30 901820"), Alias(.whatsapp, .phone, ""), Alias(.instagram, .phone, "4930901820"),
        Alias(.whatsapp, .igsid, "12345678"), Alias(.instagram, .igsid, ""), Alias(.instagram, .bsuid, "DE.1")
    ])
    func aNameThatWouldFindNobodyIsNotTaken(_ alias: Alias) throws {
        let mesh = try Mesh()
        #expect(mesh.request(alias).fault == .malformed)
        #expect(try mesh.call(ListDeletions(limit: 10)).value().deletions.isEmpty)
    }

    // MARK: Everywhere

    @Test func aPersonIsErasedEverywhereByADeletionOfEachControllersOwn() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.rows = 1 }
        var request = RequestDeletion(
            key: RequestKey("all"), workspace: Mesh.workspace, subject: RequestTests.person, source: .officer,
            identity: .repliedFromKnownAddress, immediately: true)
        request.workspace = nil
        let answer = try mesh.call(request).value()
        #expect(answer.deletions.count == 2 && answer.deletion == answer.deletions[0])
        #expect(try mesh.call(request).value().deletions == answer.deletions)

        // Each decides for itself, and sees its own alone.
        _ = try mesh.complete(answer.deletions[0])
        try mesh.watch(answer.deletions[1], reach: .awaitingController)
        for (number, workspace) in [Mesh.workspace, Mesh.other].enumerated() {
            let listed = try mesh.call(ListDeletions(workspace: workspace, limit: 10)).value().deletions
            #expect(listed.map(\.id) == [answer.deletions[number]])
            let others = answer.deletions[1 - number]
            #expect(mesh.call(ReadDeletion(workspace: workspace, deletion: others)).refusal == .unknownDeletion)
        }
        // The person is told of the one that is least far, and at the end what was found.
        func page() throws -> String {
            String(decoding: try mesh.http(.get, "/data-deletion/status/\(answer.code)").body, as: UTF8.self)
        }
        #expect(try page().contains("The business is asked"))
        _ = try mesh.decide(ApproveDeletion(deletion: answer.deletions[1], immediately: true)).value()
        #expect(try mesh.complete(answer.deletions[1]).deletion.found == false)
        #expect(try page().contains("Your data is erased"))
        #expect(mesh.intake.with { Set($0.erased.map(\.workspace)) } == [Mesh.workspace, Mesh.other])
    }

    @Test func everywhereIsWhereThePlatformIs() throws {
        let mesh = try Mesh()
        var request = RequestDeletion(
            key: RequestKey("all"), workspace: Mesh.workspace, subject: Alias(.instagram, .igsid, "112233445566"), source: .officer,
            identity: .cameInPerson)
        request.workspace = nil
        let deletions = try mesh.call(request).value().deletions
        #expect(try deletions.map { try mesh.read($0).deletion.workspace } == [Mesh.workspace])
    }

    // MARK: Who is no chat partner

    @Test func formsAreErasedByTheirSendersAddressAtTheOfficersWord() throws {
        let mesh = try Mesh()
        let contact = try #require(Contact(email: "Mara@Lumen.example"))
        let request = RequestDeletion(key: RequestKey("f"), contact: contact, identity: .repliedFromKnownAddress, immediately: true)
        let read = try mesh.complete(try mesh.call(request).value().deletion)
        #expect(read.deletion.kind == .forms && read.deletion.workspace == nil && read.receipts.count == 4)
        #expect(mesh.intake.with { $0.erased.map(\.contacts) } == [[contact]])
        // By the customer's word nobody else's forms are.
        var posing = request
        (posing.key, posing.workspace, posing.source) = (RequestKey("g"), Mesh.workspace, .customer)
        #expect(mesh.call(posing).fault == .malformed)
    }

    @Test func aMemberIsErasedInTheirWorkspace() throws {
        let mesh = try Mesh()
        let member = MemberID(rawValue: "mem_lumen7")
        let request = RequestDeletion(
            key: RequestKey("m"), workspace: Mesh.workspace, member: member, source: .customer, immediately: true)
        let read = try mesh.complete(try mesh.call(request).value().deletion)
        #expect(read.deletion.kind == .member && read.deletion.workspace == Mesh.workspace)
        #expect(mesh.handoff.with { $0.erased.map(\.members) } == [[member]])
    }

    @Test func aRequestNamesExactlyOne() throws {
        let mesh = try Mesh()
        var request = RequestDeletion(key: RequestKey("x"), workspace: Mesh.workspace, subject: RequestTests.person, source: .customer)
        request.member = MemberID(rawValue: "mem_lumen7")
        #expect(mesh.call(request).fault == .malformed)
        (request.member, request.subject) = (nil, nil)
        #expect(mesh.call(request).fault == .malformed)
        request.subject = RequestTests.person
        request.workspace = nil
        // Everywhere is the officer's to ask.
        #expect(mesh.call(request).fault == .malformed)
        #expect(mesh.call(RequestDeletion(key: RequestKey("y"), contact: Contact())).fault == .malformed)
        #expect(try mesh.call(ListDeletions(limit: 10)).value().deletions.isEmpty)
    }

    @Test func theClockStartsWhenThePersonAskedAndNeverLaterThanNow() throws {
        let mesh = try Mesh()
        let (earlier, later) = (mesh.time.now.adding(milliseconds: -9000), mesh.time.now.adding(milliseconds: 9000))
        let first = try mesh.request(RequestTests.person, key: "a", immediately: false, source: .officer, receivedAt: earlier).value()
        let second = try mesh.request(Alias(.whatsapp, .phone, "4930901821"), key: "b", immediately: false, receivedAt: later).value()

        #expect(try mesh.read(first.deletion).deletion.receivedAt == earlier)
        #expect(try mesh.read(second.deletion).deletion.receivedAt == mesh.time.now)
    }

    @Test func anOpenDeletionIsOverdueAfterThirtyDays() throws {
        let mesh = try Mesh()
        mesh.intake.with { $0.isDown = true }
        let received = mesh.time.now.adding(milliseconds: 1000 - ErasureDriver.overdueMilliseconds)
        _ = try mesh.request(RequestTests.person, source: .officer, receivedAt: received).value()
        let metrics = mesh.coordinator.process.metrics
        try mesh.wait { metrics.snapshot()["deletions.open"] == 1 && metrics.snapshot()["deletions.overdue"] == 1 }
        try mesh.wait { mesh.coordinator.standing == "a deletion is late: see deletions.list" }
    }

    @Test func listsGoBackwardsPageByPage() throws {
        let mesh = try Mesh()
        for number in 1...3 {
            _ = try mesh.request(Alias(.whatsapp, .phone, "493090182\(number)"), key: "k\(number)", immediately: false).value()
        }

        let page = try mesh.call(ListDeletions(limit: 2)).value().deletions
        let rest = try mesh.call(ListDeletions(limit: 2, before: page[1].id)).value().deletions

        #expect(page.map(\.id.rawValue) == [3, 2] && rest.map(\.id.rawValue) == [1])
    }

    @Test func anUnknownDeletionIsRefused() throws {
        let mesh = try Mesh()
        #expect(mesh.call(ReadDeletion(deletion: DeletionID(rawValue: 99))).refusal == .unknownDeletion)
    }
}
