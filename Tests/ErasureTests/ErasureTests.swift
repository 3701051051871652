import Domain
import HolderContracts
import SQLite
import TestKit
import Testing

@testable import Erasure

@Suite struct ErasureTests {
    private let folder: TemporaryFolder
    private let database: Database
    private let digester = ErasureDigester(peppers: [1: [UInt8](repeating: 1, count: 32), 2: [UInt8](repeating: 2, count: 32)])
    private let phone = Alias(.whatsapp, .phone, "491700000042")
    private let shop = WorkspaceID(rawValue: "ws_one")
    private var person: ErasedName { .person(shop, Account(.whatsapp, "1065"), phone) }

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(path: folder.path("service.sqlite"), service: "service", migrations: [Tombstones.migration])
    }

    private func place(_ tombstone: Tombstone) throws {
        try database.writer.write("place") { try Tombstones.place([tombstone], now: Timestamp(rawValue: 5), $0) }
    }

    private func cutoff(_ name: ErasedName) throws -> Timestamp? {
        try database.read { try Tombstones.cutoff(digester.digests(name), $0) }
    }

    @Test func aTombstoneIsFoundByItsNameAndByNoOther() throws {
        try place(digester.tombstone(person, cutoff: Timestamp(rawValue: 9)))
        #expect(try cutoff(person) == Timestamp(rawValue: 9))
        #expect(try cutoff(.person(shop, Account(.whatsapp, "1066"), phone)) == nil)
        #expect(try cutoff(.person(WorkspaceID(rawValue: "ws_two"), Account(.whatsapp, "1065"), phone)) == nil)
        #expect(try cutoff(.person(shop, Account(.whatsapp, "1065"), Alias(.whatsapp, .phone, "491700000043"))) == nil)
    }

    @Test func aTombstoneUnderAnOlderPepperStillCounts() throws {
        let old = ErasureDigester(peppers: [1: [UInt8](repeating: 1, count: 32)])
        try place(old.tombstone(person, cutoff: Timestamp(rawValue: 9)))
        #expect(try cutoff(person) == Timestamp(rawValue: 9))
    }

    /// The control of the test above: a pepper that is gone finds nothing.
    @Test func withoutThePepperNobodyIsFound() throws {
        try place(digester.tombstone(person, cutoff: Timestamp(rawValue: 9)))
        let other = ErasureDigester(peppers: [3: [UInt8](repeating: 3, count: 32)])
        #expect(try database.read { try Tombstones.cutoff(other.digests(person), $0) } == nil)
    }

    @Test func theLaterCutoffStands() throws {
        for cutoff in [9, 20, 3] { try place(digester.tombstone(person, cutoff: Timestamp(rawValue: Int64(cutoff)))) }
        #expect(try cutoff(person) == Timestamp(rawValue: 20))
    }

    @Test func noTwoKindsOfNamesShareADigest() {
        let names: [ErasedName] = [
            person, .participant(ParticipantID(rawValue: 1)), .message(Account(.whatsapp, "1065"), id: "wamid.A"),
            .authorization(Authorization(app: "meta", user: "1")),
            .person(shop, Account(.instagram, "1065"), Alias(.instagram, .igsid, "491700000042"))
        ]
        #expect(Set(names.map { digester.digests($0)[0] }).count == names.count)
    }

    @Test func aReceiptCountsAllAttemptsOfItsDeletion() throws {
        let deletion = DeletionID(rawValue: 4)
        for rows in [["messages": Int64(3)], ["messages": 2, "aliases": 1]] {
            _ = try database.writer.write("count") { try Tombstones.count(rows, deletion, $0) }
        }
        let all = try database.writer.write("count") { try Tombstones.count([:], deletion, $0) }
        #expect(all == ["messages": 5, "aliases": 1])
        #expect(try database.writer.write("count") { try Tombstones.count([:], DeletionID(rawValue: 5), $0) } == [:])
    }

    @Test func aReceiptIsValidOnlyUnchangedAndUnderItsKey() {
        let signer = ReceiptSigner(key: [UInt8](repeating: 4, count: 32))
        let receipt = ErasureReceipt(
            deletion: DeletionID(rawValue: 4), holder: "intake", rows: ["outbox": 2], files: ["intake.sqlite"],
            erasedAt: Timestamp(rawValue: 7))
        var signed = signer.sign(receipt)
        #expect(signer.isValid(signed))
        #expect(!signer.isValid(receipt))
        #expect(!ReceiptSigner(key: [UInt8](repeating: 5, count: 32)).isValid(signed))
        signed.rows["outbox"] = 0
        #expect(!signer.isValid(signed))
    }
}
