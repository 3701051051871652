import Digest
import Testing

struct SecureRandomTests {
    @Test(arguments: [0, 1, 32, 255, 256, 257, 512, 1_000, SecureRandom.countMax])
    func asManyBytesComeAsWereAsked(count: Int) {
        #expect(SecureRandom.bytes(count).count == count)
    }

    @Test func twoDrawsDiffer() {
        #expect(Set((0..<1_000).map { _ in SecureRandom.bytes(16) }).count == 1_000)
    }

    /// Chance fails this once in 2^96 runs; memory that was never filled, or one draw copied over all, fails it at once.
    @Test func aLargeDrawIsFilledToItsEnd() {
        let bytes = SecureRandom.bytes(4_096)
        let pieces = stride(from: 0, to: 4_096, by: 16).map { Array(bytes[$0..<$0 + 16]) }
        #expect(Set(pieces).count == 256)
        #expect(!pieces.contains([UInt8](repeating: 0, count: 16)))
    }

    @Test func aCountOutsideTheLimitIsABug() async {
        await #expect(processExitsWith: .failure) { _ = SecureRandom.bytes(-1) }
        await #expect(processExitsWith: .failure) { _ = SecureRandom.bytes(SecureRandom.countMax + 1) }
    }
}
