import Foundation
import Policy
import TestKit
import Testing
import Threads
import Wire

@testable import Net

@Suite struct MeshRestartTests {
    /// Something that changes while others look: where the service is now, what time it is.
    private final class Place<Value: Sendable>: @unchecked Sendable {  // `value` is guarded by `lock`.
        private let lock = Lock()
        private var value: Value
        init(_ value: Value) { self.value = value }
        var now: Value {
            get { lock.withLock { value } }
            set { lock.withLock { value = newValue } }
        }
    }

    @Test func afterARestartElsewhereHarmlessCallsSucceedAndOthersAreUnknown() throws {
        let first = try TestService()
        let second = try TestService(answersHeld: true)
        let place = Place(first.listener.port)
        let client = TestService.client { place.now }
        let harmless = Box<String?>()
        let forbidden = Box<Fault?>()
        client.call(HoldText("again")) { harmless.put($0.response?.text) }
        client.call(HoldOnce()) { forbidden.put($0.fault) }
        let blocked = Thread("blocked") { harmless.put(client.call(HoldText("again")).response?.text) }
        _ = first.takeHeld(3)

        place.now = second.listener.port
        #expect(!first.stop(0))

        #expect(harmless.await(2) == ["again", "again"])
        #expect(forbidden.await()?[0]?.code == .unavailable)
        #expect(forbidden.await()?[0]?.message.contains("read back by key") == true)
        blocked.join()
        client.close()
        #expect(second.stop())
    }

    @Test func aCallAfterAnUnnoticedRestartIsSentOnceOverANewConnection() throws {
        let first = try TestService()
        let second = try TestService(answersHeld: true)
        let place = Place(first.listener.port)
        let skipped = Place<Int64>(0)
        let client = TestService.client(clock: { EventLoop.monotonicMilliseconds() + skipped.now }) { place.now }
        #expect(client.call(EchoText("first")).response != nil)
        place.now = second.listener.port
        #expect(first.stop())
        skipped.now = MeshClient.idleMilliseconds + 1

        // Not even a call that may not be repeated pays for it.
        #expect(client.call(HoldOnce()).response?.text == "once")

        client.close()
        second.stop()
    }

    @Test func aServiceThatIsAwayIsWaitedForUntilTheDeadline() throws {
        let gone = try TestService()
        let port = gone.listener.port
        gone.stop()
        let client = TestService.client { port }

        let fault = client.call(EchoText(""), CallOptions(timeoutMilliseconds: 150)).fault

        #expect(fault?.code == .deadlineExceeded)
        #expect(fault?.message.contains("no connection") == true)
        client.close()
    }

    @Test func drainingAnswersWhatIsInFlightAndRefusesWhatComesLater() throws {
        let service = try TestService()
        let peer = try RawPeer(service)
        try peer.greet()
        try peer.send(json: #"{"id":1,"method":"test.hold","timeout":2000,"body":{"text":"first"}}"#)
        let held = service.takeHeld(1)
        let result = Box<Bool>()
        let draining = Thread("draining") { result.put(service.stop(TestService.patienceMilliseconds)) }
        // The door is closed once nobody can connect, for whatever reason; requests are refused from then on.
        let address = try SocketAddress(host: "127.0.0.1", port: service.listener.port)
        while let socket = try? Socket.connect(to: address, timeoutMilliseconds: 1000) { socket.close() }

        #expect(result.count == 0)
        try peer.send(json: #"{"id":2,"method":"test.echo","timeout":2000,"body":{"text":"late"}}"#)
        held[0]()

        #expect(try peer.readText() == #"{"id":1,"ok":{"text":"first"}}"#)
        #expect(try peer.readText()?.hasPrefix(#"{"id":2,"fault":{"code":"unavailable""#) == true)
        #expect(try peer.readFrame() == nil)
        #expect(result.await() == [true])
        draining.join()
        #expect(service.listener.counters.connections == 0)
    }

    @Test func drainingGivesUpAtItsDeadline() throws {
        let service = try TestService()
        let peer = try RawPeer(service)
        try peer.greet()
        try peer.send(json: #"{"id":1,"method":"test.hold","timeout":2000,"body":{"text":""}}"#)
        let held = service.takeHeld(1)

        #expect(!service.stop(50))

        #expect(try peer.readFrame() == nil)
        held[0]()  // A late reply to a closed connection is dropped.
        #expect(service.listener.counters.connections == 0)
        #expect(service.budget.bytesUsed == 0)
    }
}
