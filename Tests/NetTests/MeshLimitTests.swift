import Foundation
import Net
import Policy
import TestKit
import Testing
import Threads
import Wire

@Suite struct MeshLimitTests {
    @Test func aFrameBombClosesTheConnectionWithoutRoomForIt() throws {
        let service = try TestService()
        let peer = try RawPeer(service)
        try peer.greet()

        try peer.send([255, 255, 255, 255])

        let text = try #require(try peer.readText())
        #expect(text.hasPrefix(#"{"id":null,"fault":{"code":"tooLarge""#))
        #expect(try peer.readFrame() == nil)
        #expect(service.budget.bytesUsed == 0)
        service.stop()
        #expect(service.listener.counters.faults[.tooLarge] == 1)
    }

    @Test func aFrameThatIsNoRequestGetsMalformedAndTheConnectionCloses() throws {
        let service = try TestService()
        let peer = try RawPeer(service)
        try peer.greet()

        try peer.send(json: #"{"id":1,"id":2}"#)

        #expect(try peer.readText()?.hasPrefix(#"{"id":null,"fault":{"code":"malformed""#) == true)
        #expect(try peer.readFrame() == nil)
        service.stop()
        #expect(service.budget.bytesUsed == 0)
    }

    @Test func aLargeFrameThatFindsNoRoomIsRefusedBeforeItIsRead() throws {
        let service = try TestService(budget: WeightBudget(bytesMax: 1_000_000))
        let peer = try RawPeer(service)
        try peer.greet()

        try peer.send([0, 32, 0, 0])

        #expect(try peer.readText()?.hasPrefix(#"{"id":null,"fault":{"code":"overloaded""#) == true)
        service.stop()
    }

    @Test func aLargeFrameThatStallsGivesItsRoomBack() throws {
        let service = try TestService { $0.stallMillisecondsMax = 50 }
        let peer = try RawPeer(service)
        try peer.greet()

        try peer.send([0, 32, 0, 0])

        #expect(service.awaitEvent { if case .senderStalled(ConnectedPeer(.intake)) = $0 { true } else { false } })
        #expect(try peer.readFrame() == nil)
        service.stop()
        #expect(service.budget.bytesUsed == 0)
    }

    @Test func aLargeFrameThatDripsInGivesItsRoomBack() throws {
        let service = try TestService { $0.frameMillisecondsMax = 50 }
        let peer = try RawPeer(service)
        try peer.greet()

        try peer.send([0, 32, 0, 0])
        // Never silent, and never done: each byte alone would be in time.
        var isCut = false
        for _ in 0..<1_000_000 where !isCut {
            do { try peer.send([32]) } catch { isCut = true }
        }

        #expect(isCut)
        #expect(service.awaitEvent { if case .senderStalled(ConnectedPeer(.intake)) = $0 { true } else { false } })
        service.stop()
        #expect(service.budget.bytesUsed == 0)
    }

    @Test func tooManyRequestsAreOverloadedAndNothingIsLost() throws {
        let service = try TestService { $0.inFlightCountMax = 2 }
        let client = service.client()
        let box = Box<String?>()
        FlushScope.run { for _ in 0..<2 { client.call(HoldText("held")) { box.put($0.response?.text) } } }
        let held = service.takeHeld(2)

        #expect(client.call(EchoText("one too many")).fault?.code == .overloaded)

        for answer in held { answer() }
        #expect(box.await(2) == ["held", "held"])
        #expect(client.call(EchoText("room again")).response != nil)
        #expect(service.listener.counters.faults == [.overloaded: 1])
        client.close()
        service.stop()
    }

    @Test(arguments: [true, false]) func tooHeavyRequestsAreOverloaded(inTheProcess: Bool) throws {
        let budget = WeightBudget(bytesMax: inTheProcess ? 2000 : WeightBudget.bytesMaxDefault)
        let service = try TestService(budget: budget) { if !inTheProcess { $0.inFlightBytesMax = 2000 } }
        let client = service.client()
        let box = Box<String?>()
        let heavy = String(repeating: "x", count: 1500)
        client.call(HoldText(heavy)) { box.put($0.response?.text) }
        let held = service.takeHeld(1)

        #expect(client.call(EchoText(heavy)).fault?.code == .overloaded)

        #expect(client.call(EchoText("light")).response != nil)
        held[0]()
        #expect(box.await() == [heavy])
        #expect(client.call(EchoText(heavy)).response != nil)
        client.close()
        service.stop()
        #expect(budget.bytesUsed == 0)
    }

    @Test func aReaderThatTakesNothingIsCutAndHoldsUpNobody() throws {
        let service = try TestService { $0.stallMillisecondsMax = 200 }
        let lazy = try RawPeer(service)
        try lazy.greet()
        let text = String(repeating: "y", count: 1_000_000)
        // Answered into the void: more than the kernel's buffers and ours take.
        for id in 0..<6 { try lazy.send(json: #"{"id":\#(id),"method":"test.hold","timeout":2000,"body":{"text":"\#(text)"}}"#) }
        for answer in service.takeHeld(6) { answer() }
        let client = service.client(as: .conversationStore)

        for turn in 0..<200 { #expect(client.call(EchoText("\(turn)")).response != nil) }

        #expect(service.awaitEvent { if case .readerStalled(ConnectedPeer(.intake)) = $0 { true } else { false } })
        #expect(client.call(EchoText("on")).response != nil)
        client.close()
        service.stop()
        #expect(service.budget.bytesUsed == 0)
    }

    @Test func aReaderThatIsSlowButReadsGetsEverything() throws {
        let service = try TestService()
        let slow = try RawPeer(service)
        try slow.greet()
        let text = String(repeating: "z", count: 1_000_000)
        for id in 0..<6 { try slow.send(json: #"{"id":\#(id),"method":"test.hold","timeout":2000,"body":{"text":"\#(text)"}}"#) }
        for answer in service.takeHeld(6) { answer() }

        for id in 0..<6 { #expect(try slow.readText() == #"{"id":\#(id),"ok":{"text":"\#(text)"}}"#) }
        service.stop()
        #expect(service.budget.bytesUsed == 0)
    }

    @Test func aServiceThatReadsNothingFillsTheQueueAndTheCallerIsToldAtOnce() throws {
        let gate = Answer<Void>()
        let router = Router(service: "test")
        router.on(EchoText.self) { request, reply in
            gate.wait()  // The connection's thread: while it is held, nothing is read.
            reply.ok(request)
        }
        router.seal(serving: [])
        var keys = LinkKeys()
        keys.add(peer: "intake", key: "k1", secret: TestService.secret)
        let listener = try MeshListener(host: "127.0.0.1", port: 0, router: router, register: keys)
        var own = LinkKeys()
        own.add(peer: "test", key: "k1", secret: TestService.secret)
        let client = MeshClient(peer: .intake, service: "test", keys: own) { ("127.0.0.1", listener.port) }
        client.call(EchoText("held")) { _ in }
        let heavy = EchoText(String(repeating: "x", count: 3_900_000))

        // Each gives up soon, and leaves its frame in the queue.
        var faults: [Fault] = []
        while faults.last?.code != .overloaded, faults.count < 20 {
            faults.append(try #require(client.call(heavy, CallOptions(timeoutMilliseconds: 50)).fault))
        }

        #expect(faults.last == Fault(.overloaded, "the service reads too slowly; nothing was sent"))
        #expect(faults.dropLast().allSatisfy { $0.code == .deadlineExceeded })
        client.close()
        gate.fill(())
        listener.drain(deadlineMilliseconds: 5000)
    }
}
