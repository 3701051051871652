import DeletionCoordinatorContracts
import Domain
import Foundation
import HolderContracts
import Policy
import Runtime
import Testing
import Wire

@testable import DeletionCoordinatorService

/// What whoever asked is written, where they left an address.
@Suite struct NoticeTests {
    private static let address = "Mara@Lumen.example"
    private static let person = Alias(.whatsapp, .phone, "4930901820")
    private static let day: Int64 = 86_400_000

    private func forms(_ mesh: Mesh, key: String = "f", immediately: Bool = true) throws -> DeletionID {
        let contact = try #require(Contact(email: NoticeTests.address))
        let request = RequestDeletion(
            key: RequestKey(key), contact: contact, identity: .repliedFromKnownAddress, immediately: immediately)
        return try mesh.call(request).value().deletion
    }

    private func person(_ mesh: Mesh, key: String = "p", identity: RequestDeletion.IdentityRecord? = .showedDocument) throws -> DeletionID {
        var request = RequestDeletion(
            key: RequestKey(key), workspace: Mesh.workspace, subject: NoticeTests.person, source: .officer, identity: identity)
        request.replyTo = NoticeTests.address
        return try mesh.call(request).value().deletion
    }

    private func spool(_ mesh: Mesh) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(mesh.folder)/notices").sorted()
    }

    private func text(_ mesh: Mesh, _ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(mesh.folder)/notices/\(name)")), as: UTF8.self)
    }

    /// The words of a message, however its lines are broken.
    private func words(_ mesh: Mesh, _ name: String) throws -> String {
        try text(mesh, name).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private func notices(_ mesh: Mesh, _ deletion: DeletionID) throws -> [Notice] { try mesh.read(deletion).notices }

    /// Waits for a notice; returns its file's name.
    private func notice(_ mesh: Mesh, _ deletion: DeletionID, _ kind: Notice.Kind = .acknowledgement) throws -> String {
        try mesh.wait { try notices(mesh, deletion).contains { $0.kind == kind } }
        let sql = "SELECT file FROM notices WHERE deletion = \(deletion.rawValue) AND kind = '\(kind.rawValue)'"
        return try #require(try mesh.coordinator.word(sql))
    }

    /// As a mailer does.
    private func take(_ mesh: Mesh) throws {
        for name in try spool(mesh) { try FileManager.default.removeItem(atPath: "\(mesh.folder)/notices/\(name)") }
    }

    @Test func whoeverLeftAnAddressIsToldThatItCameAndWhatBecameOfIt() throws {
        let mesh = try Mesh()
        let deletion = try forms(mesh, immediately: false)
        let first = try notice(mesh, deletion)
        #expect(try text(mesh, first).hasPrefix("Date: "))
        #expect(try text(mesh, first).contains("\r\nTo: <Mara@lumen.example>\r\n"))
        #expect(try words(mesh, first).contains("you asked us to erase what you sent us by the forms"))
        #expect(try words(mesh, first).contains("The request is accepted."))
        #expect(try notices(mesh, deletion).map(\.sentAt) == [nil])

        try take(mesh)
        mesh.time.advance(milliseconds: Notices.lookMilliseconds)
        try mesh.wait { try notices(mesh, deletion).first?.sentAt != nil }
        mesh.time.advance(milliseconds: NoticeTests.day)
        #expect(try mesh.complete(deletion).deletion.state == .completed)
        let second = try notice(mesh, deletion, .answer)
        #expect(first != second)
        #expect(try words(mesh, second).contains("so there was nothing to erase"))

        try take(mesh)
        mesh.time.advance(milliseconds: Notices.lookMilliseconds)
        try mesh.wait { try notices(mesh, deletion).map(\.kind) == [.acknowledgement, .answer] && notices(mesh, deletion)[1].sentAt != nil }
        #expect(try mesh.coordinator.rowCount("correspondents") == 0)
    }

    @Test func aNoticeIsForOurUserAloneAndNamesNobodyButItsAddress() throws {
        let mesh = try Mesh()
        let name = try notice(mesh, try person(mesh))
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(mesh.folder)/notices/\(name)")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try !text(mesh, name).contains(NoticeTests.person.value))
        #expect(try text(mesh, name).components(separatedBy: "Mara").count == 2, "in one header, once")
        #expect(!mesh.events.text.contains("Mara") && !mesh.events.text.contains("lumen.example"))
        // Nor does the file of the database, where it is sealed.
        #expect(try mesh.coordinator.scan(["Mara@lumen.example"]).hitCount == 0)
    }

    @Test func whoIsNotProvenIsAskedToAnswerAndWhoIsRefusedIsToldWhyAndWhereToTurn() throws {
        let mesh = try Mesh()
        let deletion = try person(mesh, identity: nil)
        let first = try notice(mesh, deletion)
        #expect(try words(mesh, first).contains("Please answer this message, so that we know that it is you."))
        try take(mesh)
        _ = try mesh.decide(RefuseDeletion(deletion: deletion, ground: .controllerRefused, contact: "Büro, privacy@acme.example")).value()
        let refusal = try words(mesh, try notice(mesh, deletion, .answer))
        #expect(refusal.contains("The business that decides about this data has refused the request. Please turn to Büro, privacy@acme"))
        #expect(refusal.contains("complain to a data protection authority"))
    }

    @Test func theAnswerSaysWhenTheLastCopyExpires() throws {
        let mesh = try Mesh()
        mesh.intake.with { $0.rows = 2 }
        let (before, after) = (mesh.time.now.adding(milliseconds: -1000), mesh.time.now.adding(milliseconds: 40 * NoticeTests.day))
        let ends = before.adding(milliseconds: 30 * NoticeTests.day)
        for backup in [
            Backup(madeAt: before.adding(milliseconds: -9000), expiresAt: ends.adding(milliseconds: -9000)),
            Backup(madeAt: before, expiresAt: ends), Backup(madeAt: after, expiresAt: after.adding(milliseconds: NoticeTests.day))
        ] { _ = try mesh.call(RecordBackup(backup)).value() }
        let deletion = try forms(mesh)
        let read = try mesh.complete(deletion).deletion
        #expect(read.lastCopyExpiresAt == ends, "neither an older one's nor that of one made later")
        let day = CivilTime.text(ends).prefix(10)
        let answer = try words(mesh, try notice(mesh, deletion, .answer))
        #expect(answer.contains("The last backup copy that may still hold it expires on \(day);"))
        #expect(try mesh.call(ListBackups(limit: 10)).value().backups.map(\.madeAt).first == after)
        #expect(mesh.call(RecordBackup(Backup(madeAt: after, expiresAt: after))).refusal == .endsBeforeItBegins)
    }

    @Test func whereNothingWasFoundNoCopyIsSpokenOf() throws {
        let mesh = try Mesh()
        let now = mesh.time.now
        _ = try mesh.call(RecordBackup(Backup(madeAt: now, expiresAt: now.adding(milliseconds: NoticeTests.day)))).value()
        #expect(try mesh.complete(try forms(mesh)).deletion.lastCopyExpiresAt == nil)
    }

    @Test func anExtensionIsMadeOnceInTimeWithItsReasonAndTold() throws {
        let mesh = try Mesh()
        let deletion = try person(mesh, identity: nil)
        _ = try notice(mesh, deletion)
        try take(mesh)
        let before = try mesh.read(deletion).deletion
        let extend = ExtendDeletion(deletion: deletion, days: 45, ground: .complexRequest)
        let extended = try mesh.decide(extend).value()
        #expect(extended.dueBy == before.dueBy.adding(milliseconds: 45 * NoticeTests.day) && extended.extensionGround == .complexRequest)
        let told = try words(mesh, try notice(mesh, deletion, .extension))
        #expect(told.contains("Your deletion request takes longer") && told.contains("because the request is a complex one"))
        #expect(told.contains("It is done by \(CivilTime.text(extended.dueBy).prefix(10)) at the latest."))

        // Again it is the same; another one is none.
        #expect(try mesh.decide(extend).value().dueBy == extended.dueBy)
        #expect(mesh.decide(ExtendDeletion(deletion: deletion, days: 46, ground: .complexRequest)).refusal == .notExtendable)
        #expect(mesh.decide(ExtendDeletion(deletion: DeletionID(rawValue: 99), days: 1, ground: .manyRequests)).refusal == .unknownDeletion)
    }

    @Test func afterThirtyDaysNothingIsExtendedAndWhatIsExtendedIsNotLate() throws {
        let mesh = try Mesh()
        mesh.intake.with { $0.isDown = true }
        let long = mesh.time.now.adding(milliseconds: 60_000 - ErasureDriver.overdueMilliseconds)
        let (first, second) = (Alias(.whatsapp, .phone, "4930901821"), Alias(.whatsapp, .phone, "4930901822"))
        let late = try mesh.request(first, key: "a", source: .officer, identity: .cameInPerson, receivedAt: long).value().deletion
        let extended = try mesh.request(second, key: "b", source: .officer, identity: .cameInPerson, receivedAt: long).value().deletion
        _ = try mesh.decide(ExtendDeletion(deletion: extended, days: 60, ground: .manyRequests)).value()
        let metrics = mesh.coordinator.process.metrics
        mesh.time.advance(milliseconds: 61_000)
        try mesh.wait { metrics.snapshot()["deletions.overdue"] == 1 }
        #expect(mesh.decide(ExtendDeletion(deletion: late, days: 1, ground: .manyRequests)).refusal == .notExtendable)
    }

    @Test func anAddressThatNoMailerServedExpiresWithTheRequestsIdentifiers() throws {
        let mesh = try Mesh()
        let deletion = try forms(mesh)
        _ = try mesh.complete(deletion)
        let name = try notice(mesh, deletion, .answer)
        try mesh.sleep(milliseconds: 29 * NoticeTests.day)
        #expect(try spool(mesh).contains(name), "not before its time")
        try mesh.wait { mesh.coordinator.process.health.report().first { $0.name == "notices" }?.state.isOK == false }
        try mesh.sleep(milliseconds: 2 * NoticeTests.day)
        try mesh.wait { try spool(mesh).isEmpty }
        #expect(try mesh.coordinator.rowCount("correspondents") == 0)
        #expect(try notices(mesh, deletion).allSatisfy { $0.sentAt == nil }, "it was not sent")
    }

    @Test func anErasureTakesWhatLiesInTheSpoolForThatAddressOfRequestsThatEnded() throws {
        let mesh = try Mesh()
        let first = try forms(mesh, key: "one")
        _ = try mesh.complete(first)
        let left = try notice(mesh, first, .answer)
        let second = try forms(mesh, key: "two", immediately: false)
        _ = try notice(mesh, second)
        mesh.time.advance(milliseconds: NoticeTests.day)
        let read = try mesh.complete(second)

        #expect(read.receipts.last?.rows["correspondents"] == 1)
        #expect(try !spool(mesh).contains(left))
        // Its own answer lies there: whoever asked is told.
        try mesh.wait { try notices(mesh, second).map(\.kind) == [.acknowledgement, .answer] }
        #expect(try mesh.coordinator.rowCount("correspondents") == 1)
    }

    @Test func aNoticeThatACrashLeftUnrecordedIsWrittenAgainAsTheSame() throws {
        let mesh = try Mesh()
        let deletion = try person(mesh, identity: nil)
        let name = try notice(mesh, deletion)
        try mesh.coordinator.change("DELETE FROM notices")
        try Data().write(to: URL(fileURLWithPath: "\(mesh.folder)/notices/\(name).7.new"))
        mesh.close()
        try mesh.open()
        try mesh.wait { try notices(mesh, deletion).count == 1 }
        #expect(try spool(mesh) == [name])
        #expect(try text(mesh, name).contains("Message-ID: <\(name.dropLast(4))@botseller.ai>"))
    }

    @Test func onlyTheOfficerSaysWhereAPersonReadsTheirMailAndItIsAnAddress() throws {
        let mesh = try Mesh()
        var request = RequestDeletion(
            key: RequestKey("a"), workspace: Mesh.workspace, subject: NoticeTests.person, source: .customer, immediately: true)
        request.replyTo = NoticeTests.address
        #expect(mesh.call(request).fault == .malformed)
        request.source = .officer
        request.replyTo = "mara\r\nBcc: all@lumen.example"
        #expect(mesh.call(request).fault == .malformed)
        #expect(try mesh.coordinator.rowCount("deletions") == 0)
    }

    /// 2026-01-05 is a Monday; whoever asks on a Saturday is acknowledged by Friday.
    @Test(arguments: [(5, 7), (9, 7), (10, 6), (11, 5)])
    func aRequestIsAcknowledgedWithinFiveBusinessDays(_ day: Int64, _ days: Int64) throws {
        let mesh = try Mesh()
        let received = CivilTime.day(of: CivilTime.Date(year: 2026, month: 1, day: day)) * NoticeTests.day + 1
        _ = try mesh.request(NoticeTests.person, immediately: false).value()
        mesh.coordinator.service.driver.stop()
        try mesh.coordinator.change("UPDATE deletions SET acknowledged_at = NULL, received_at = \(received)")
        let due = Timestamp(rawValue: received + days * NoticeTests.day)
        let store = mesh.coordinator.service.store
        #expect(try store.standing(now: due, attempts: 5).unacknowledged == 0)
        #expect(try store.standing(now: due.adding(milliseconds: 1), attempts: 5).unacknowledged == 1)
    }

    @Test func aMessageIsAsMailersReadIt() throws {
        let message = MailMessage(
            sender: try #require(Contact(email: "admin@botseller.ai")), recipient: try #require(Contact(email: "a..b@lumen.example")),
            sentAt: Timestamp(rawValue: 1_767_225_600_000), id: "00ff", subject: "Über Löschung", paragraphs: ["one\r\n.\r\ntwo", "end"])
        let lines = String(decoding: message.bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines[0] == "Date: Thu, 01 Jan 2026 00:00:00 +0000")
        #expect(lines[2] == "To: <\"a..b\"@lumen.example>")
        #expect(lines[4] == "Subject: =?utf-8?Q?=C3=9Cber_L=C3=B6schung?=")
        #expect(lines.suffix(6) == ["", "one . two", "", "end", "", ""])
        let long = MailMessage.unstructured(String(repeating: "ü", count: 40))
        let encoded = long.components(separatedBy: "\r\n ")
        #expect(encoded.allSatisfy { $0.utf8.count <= 75 && $0.hasPrefix("=?utf-8?Q?") && $0.hasSuffix("?=") })
    }
}
