import Net
import Testing

@testable import HTTP

struct SenderPaceTests {
    private func address(_ number: Int) throws -> IPAddress {
        try #require(IPAddress("10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"))
    }

    @Test func aSenderMayComeAgainAsSoonAsItWasTold() throws {
        let pace = SenderPace()
        let sender = try address(1)
        for _ in 0..<SenderPace.atOnceMax { #expect(pace.wait(of: sender, now: 0) == nil) }

        let wait = try #require(pace.wait(of: sender, now: 1000))
        #expect(wait == SenderPace.intervalMilliseconds - 1000)
        #expect(pace.wait(of: sender, now: 1000 + wait - 1) == 1)
        #expect(pace.wait(of: sender, now: 1000 + wait) == nil)
    }

    /// A site has 65,536 networks of 64 bits: more than there is room for.
    @Test func oneSiteCannotFillTheMemory() throws {
        let pace = SenderPace()
        let busy = try address(0)
        for _ in 0..<SenderPace.atOnceMax { _ = pace.wait(of: busy, now: 0) }

        for number in 0...0xffff { _ = pace.wait(of: try #require(IPAddress("2001:db8:1:\(String(number, radix: 16))::1")), now: 0) }

        #expect(pace.senderCount == 1 + 256)
        #expect(pace.wait(of: busy, now: 0) != nil)
        // Control: another site has a pace of its own.
        #expect(pace.wait(of: try #require(IPAddress("2001:db8:2::1")), now: 0) == nil)
    }

    @Test func memoryIsBoundedAndForgetsWhoIsNearestToFree() throws {
        let pace = SenderPace()
        let busy = try address(0)
        for _ in 0..<SenderPace.atOnceMax { _ = pace.wait(of: busy, now: 0) }

        for number in 1...SenderPace.sendersMax + 100 { #expect(pace.wait(of: try address(number), now: 0) == nil) }

        #expect(pace.senderCount == SenderPace.sendersMax)
        // The busiest is not who was forgotten.
        #expect(pace.wait(of: busy, now: 0) != nil)
    }
}
