import Domain
import Erasure
import Foundation
import HolderContracts
import TestKit
import Testing
import Wire

@testable import DeletionCoordinatorService

@Suite struct JournalTests {
    private let temporary: TemporaryFolder
    private var folder: String { temporary.path }
    private var path: String { temporary.path(JournalLine.fileName) }

    init() throws { temporary = try TemporaryFolder() }

    private func tombstone(_ number: Int) -> Tombstone {
        Tombstone(digest: String(repeating: "0", count: 31) + String(number), pepper: 1, cutoff: Timestamp(rawValue: 1000 + Int64(number)))
    }

    private func lines() throws -> [JournalLine] {
        var lines: [JournalLine] = []
        try JournalReader(dataFolder: folder).each { lines += $0 }
        return lines
    }

    private func content() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    @Test func aTombstoneIsOneLineOfJSON() throws {
        try ErasureJournal(dataFolder: folder).append([tombstone(1), tombstone(2)], of: DeletionID(rawValue: 7))

        #expect(
            String(decoding: try content(), as: UTF8.self) == """
                {"deletion":7,"digest":"00000000000000000000000000000001","pepper":1,"cutoff":1001}
                {"deletion":7,"digest":"00000000000000000000000000000002","pepper":1,"cutoff":1002}

                """)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func aNewLifeAppends() throws {
        try ErasureJournal(dataFolder: folder).append([tombstone(1)], of: DeletionID(rawValue: 7))
        try ErasureJournal(dataFolder: folder).append([tombstone(2)], of: DeletionID(rawValue: 8))

        #expect(try lines().map(\.deletion.rawValue) == [7, 8])
        #expect(try JournalReader(dataFolder: folder).count() == 2)
    }

    @Test func aTornLastLineIsPassedOverAtEveryCutAndRemovedBeforeTheNext() throws {
        try ErasureJournal(dataFolder: folder).append([tombstone(1), tombstone(2)], of: DeletionID(rawValue: 7))
        let whole = try content()
        let first = whole.firstIndex(of: 10)! + 1
        for end in first..<whole.count {
            try Data(whole[..<end]).write(to: URL(fileURLWithPath: path))
            #expect(try lines().count == 1)

            try ErasureJournal(dataFolder: folder).append([tombstone(3)], of: DeletionID(rawValue: 8))

            #expect(try lines().map(\.tombstone) == [tombstone(1), tombstone(3)])
        }
    }

    @Test func aBrokenLineInTheMiddleIsNotPassedOver() throws {
        try ErasureJournal(dataFolder: folder).append([tombstone(1), tombstone(2)], of: DeletionID(rawValue: 7))
        var bytes = try content()
        bytes[3] = UInt8(ascii: "\"")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(throws: WireError.self) { _ = try lines() }
    }

    @Test func aFolderThatIsNotThereIsToldWithItsPath() {
        #expect(throws: JournalError(operation: "open", path: "/nowhere/erasures.journal", errno: ENOENT)) {
            _ = try ErasureJournal(dataFolder: "/nowhere")
        }
    }
}
