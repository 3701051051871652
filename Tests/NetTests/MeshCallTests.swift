import Foundation
import Net
import Policy
import Testing
import Threads
import Wire

@Suite struct MeshCallTests {
    @Test func aCallIsAnsweredBlockingAndAsynchronously() throws {
        let service = try TestService()
        let client = service.client()

        #expect(client.call(EchoText("hello")).response?.text == "hello")
        let box = Box<String?>()
        client.call(EchoText("again")) { box.put($0.response?.text) }

        #expect(box.await() == ["again"])
        client.close()
        #expect(service.stop())
    }

    @Test func repliesMayComeInAnyOrder() throws {
        let service = try TestService()
        let client = service.client()
        let box = Box<String?>()
        FlushScope.run {
            for name in ["a", "b", "c"] { client.call(HoldText(name)) { box.put($0.response?.text) } }
        }

        for answer in service.takeHeld(3).reversed() { answer() }

        #expect(box.await(3) == ["c", "b", "a"])
        client.close()
        service.stop()
    }

    @Test func largeFramesPassBothWays() throws {
        let service = try TestService()
        let client = service.client()
        let text = String(repeating: "0123456789", count: 350_000)

        #expect(client.call(EchoText(text)).response?.text == text)

        client.close()
        service.stop()
        #expect(service.budget.bytesUsed == 0)
    }

    @Test func twoClientsWithEightThreadsEachGetTheirOwnReplies() throws {
        let service = try TestService()
        let clients = [service.client(), service.client(as: .conversationStore)]
        let wrong = Box<String>()

        let threads = (0..<16).map { number in
            Thread("caller") {
                for turn in 0..<1000 {
                    let text = "\(number)/\(turn)"
                    let outcome = clients[number % 2].call(EchoText(text))
                    if outcome.response?.text != text { wrong.put("\(text): \(outcome)") }
                }
            }
        }
        for thread in threads { thread.join() }

        #expect(wrong.count == 0)
        let counters = service.listener.counters
        #expect(counters.requests == 16_000 && counters.connections == 2 && counters.inFlight == 0)
        for client in clients { client.close() }
        #expect(service.stop())
        #expect(service.budget.bytesUsed == 0)
    }

    @Test func blockedAndAsynchronousCallersShareAConnection() throws {
        let service = try TestService()
        let client = service.client()
        let box = Box<String?>()
        let threads = (0..<4).map { number in
            Thread("mixed") {
                for turn in 0..<500 {
                    client.call(EchoText("async")) { box.put($0.response?.text) }
                    box.put(client.call(EchoText("\(number) \(turn)")).response == nil ? nil : "async")
                }
            }
        }
        for thread in threads { thread.join() }

        #expect(box.await(4000)?.allSatisfy { $0 == "async" } == true)
        #expect(service.listener.counters.connections == 1)
        client.close()
        service.stop()
    }

    @Test func aHandlerThatNeverAnswersCostsItsCallerOnlyTheDeadline() throws {
        let service = try TestService()
        let client = service.client()
        let box = Box<Fault?>()
        #expect(client.call(EchoText("warm")).response != nil)

        let start = EventLoop.monotonicMilliseconds()
        client.call(HoldText(""), CallOptions(timeoutMilliseconds: 100)) { box.put($0.fault) }
        let fault = client.call(HoldText(""), CallOptions(timeoutMilliseconds: 100)).fault
        let asynchronous = box.await()?[0]
        let took = EventLoop.monotonicMilliseconds() - start

        #expect(fault?.code == .deadlineExceeded && asynchronous?.code == .deadlineExceeded)
        #expect(100..<1000 ~= took)
        #expect(client.call(EchoText("still here")).response != nil)
        client.close()
        service.stop(0)
    }

    @Test func closingGivesUnavailableToAllWhoWait() throws {
        let service = try TestService()
        let client = service.client()
        let box = Box<Fault?>()
        client.call(HoldText("")) { box.put($0.fault) }
        let blocked = (0..<3).map { _ in Thread("blocked") { box.put(client.call(HoldText("")).fault) } }
        _ = service.takeHeld(4)

        client.close()

        for thread in blocked { thread.join() }
        #expect(box.await(4)?.allSatisfy { $0?.code == .unavailable } == true)
        #expect(client.call(EchoText("late")).fault?.code == .unavailable)
        service.stop(0)
    }
}
