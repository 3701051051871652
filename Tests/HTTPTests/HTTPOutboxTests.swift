import Net
import Testing

@testable import HTTP

struct HTTPOutboxTests {
    @Test func anExchangeIsAnsweredOnceAndOnlyWhileItIsOpen() throws {
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
        defer { listener.close() }
        let client = try HTTPTestClient(listener.port)
        let outbox = HTTPOutbox(try #require(try listener.accept(nonblocking: true)))
        outbox.open(1)
        #expect(outbox.answer(2, [1]) == .void)
        #expect(outbox.answer(1, [1, 2]) == .sent)
        #expect(outbox.answer(1, [3]) == .void)
        outbox.open(2)
        #expect(outbox.answer(1, [4]) == .void)
        #expect(outbox.answer(2, [5]) == .sent)
        outbox.open(3)
        outbox.close()
        #expect(outbox.answer(3, [6]) == .void)
        #expect(outbox.send([7]) == .void)
        #expect(try client.bytesUntilEnd() == 3)
    }

    @Test func whatTheSocketDoesNotTakeWaitsInOrder() throws {
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
        defer { listener.close() }
        let client = try HTTPTestClient(listener.port)
        let outbox = HTTPOutbox(try #require(try listener.accept(nonblocking: true)))
        let size = 24 * 1024 * 1024
        #expect(outbox.send([UInt8](repeating: 1, count: size)) == .pending)
        #expect(outbox.send([2]) == .pending)
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1024 * 1024)
        var outcome = HTTPOutbox.Outcome.pending
        while received.count < size + 1 {
            if outcome == .pending { outcome = outbox.flush().outcome }
            let count = try #require(try chunk.withUnsafeMutableBytes { try client.socket.receive(into: $0) })
            received.append(contentsOf: chunk[..<count])
        }
        #expect(outcome == .sent)
        #expect(received.count == size + 1 && received.last == 2)
        outbox.close()
    }
}
