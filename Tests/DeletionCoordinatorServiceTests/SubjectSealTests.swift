import Domain
import HolderContracts
import Testing

@testable import DeletionCoordinatorService

@Suite struct SubjectSealTests {
    private let seal = SubjectSeal(secret: Array(repeating: 1, count: 32)) { Array(repeating: 9, count: $0) }

    /// `count` aliases, so that the sealed text has many lengths.
    private func subject(_ count: Int) -> Subject {
        Subject(workspace: WorkspaceID(rawValue: "acme"), aliases: (0..<count).map { Alias(.instagram, .igsid, "99887766554\($0)") })
    }

    @Test(arguments: 0..<12)
    func whatWasSealedOpens(_ count: Int) throws {
        #expect(try seal.open(seal.seal(subject(count))) == subject(count))
    }

    @Test func noNameStandsInWhatIsSealed() {
        let sealed = seal.seal(subject(3))
        #expect(!String(decoding: sealed, as: UTF8.self).contains("99887766554"))
    }

    @Test func aChangedByteAnywhereIsNoticed() throws {
        let sealed = seal.seal(subject(1))
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: UnreadableRow.self) { _ = try seal.open(changed) }
        }
        #expect(throws: UnreadableRow.self) { _ = try seal.open(Array(sealed.prefix(40))) }
    }

    @Test func anotherKeyDoesNotOpenIt() throws {
        let other = SubjectSeal(secret: Array(repeating: 2, count: 32)) { Array(repeating: 9, count: $0) }
        #expect(throws: UnreadableRow.self) { _ = try other.open(seal.seal(subject(1))) }
    }

    @Test func aNewNonceMakesAnotherText() {
        let other = SubjectSeal(secret: Array(repeating: 1, count: 32)) { Array(repeating: 8, count: $0) }
        #expect(other.seal(subject(1)) != seal.seal(subject(1)))
    }
}
