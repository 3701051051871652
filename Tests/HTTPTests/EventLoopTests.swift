import Glibc
import Testing

@testable import Net

struct EventLoopTests {
    @Test func aDeadlineIsNeverEarlyAndAtMostASlotLate() {
        for deadline in stride(from: Int64(1), to: 2_000, by: 37) {
            var deadlines = EventLoopDeadlines(now: 0)
            deadlines.set(7, at: deadline)
            for now in Int64(0)..<deadline { #expect(deadlines.due(now: now).isEmpty) }
            #expect(deadlines.due(now: deadline + EventLoopDeadlines.slotMilliseconds) == [7])
            #expect(deadlines.isEmpty)
        }
    }

    @Test func theLastWordOfADeadlineCounts() {
        var deadlines = EventLoopDeadlines(now: 0)
        deadlines.set(1, at: 15_000)
        deadlines.set(1, at: 5_000)
        deadlines.set(1, at: 9_000)
        #expect(deadlines.due(now: 8_999).isEmpty)
        deadlines.set(2, at: 9_000)
        deadlines.remove(2)
        #expect(deadlines.due(now: 9_200) == [1])
        #expect(deadlines.due(now: 20_000).isEmpty)
    }

    @Test func aDeadlineBeyondTheHorizonWaitsItsTime() {
        var deadlines = EventLoopDeadlines(now: 0)
        deadlines.set(1, at: 100_000)
        for now in stride(from: Int64(0), through: 99_900, by: 100) { #expect(deadlines.due(now: now).isEmpty) }
        #expect(deadlines.due(now: 100_200) == [1])
    }

    @Test func aClockThatLeapsMissesNobody() {
        var deadlines = EventLoopDeadlines(now: 0)
        for token in UInt64(1)...500 { deadlines.set(token, at: Int64(token) * 60) }
        #expect(Set(deadlines.due(now: 1_000_000)).count == 500)
        #expect(deadlines.isEmpty)
    }

    @Test func workRunsInOrderAndEndsWithTheLoop() throws {
        let loop = try EventLoop(name: "test")
        let seen = Seen()
        for number in 0..<1_000 { loop.run { seen.numbers.append(number) } }
        loop.runAndWait { #expect(loop.isCurrent) }
        #expect(!loop.isCurrent)
        #expect(seen.numbers == Array(0..<1_000))
        loop.stop()
        #expect(!loop.run { seen.numbers.append(-1) })
    }

    @Test func portZeroTellsItsPortAndTakesBothFamilies() throws {
        for host in ["127.0.0.1", "::1"] {
            let listener = try ListeningSocket(host: host, port: 0)
            #expect(listener.port > 0 && listener.address.isLoopback)
            let client = try Socket.connect(to: listener.address, timeoutMilliseconds: 1_000)
            let server = try #require(try listener.accept(nonblocking: false))
            client.close()
            server.close()
            listener.close()
            #expect(throws: NetError.self) { try Socket.connect(to: listener.address, timeoutMilliseconds: 1_000) }
        }
        #expect(throws: NetError.self) { try SocketAddress(host: "localhost", port: 1) }
        #expect(try !SocketAddress(host: "0.0.0.0", port: 1).isLoopback)
        #expect(try !SocketAddress(host: "::", port: 1).isLoopback)
    }

    @Test func aPortInUseSaysSo() throws {
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
        defer { listener.close() }
        let error = #expect(throws: NetError.self) { try ListeningSocket(host: "127.0.0.1", port: listener.port) }
        #expect(error?.errno == EADDRINUSE)
    }

    private final class Seen: @unchecked Sendable { var numbers: [Int] = [] }  // Written by the loop, read after `runAndWait`.
}
