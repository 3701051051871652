import Foundation
import Net
import Policy
import TestKit
import Testing
import Threads
import Wire

@Suite struct MeshHelloTests {
    @Test func aWrongKeyIsUnauthenticatedForTheCaller() throws {
        let service = try TestService()
        let client = service.client(secret: [UInt8](repeating: 8, count: 32))

        #expect(client.call(EchoText("")).fault?.code == .unauthenticated)

        #expect(service.listener.counters.requests == 0)
        client.close()
        service.stop()
    }

    @Test func aPeerThatMayConnectNoMoreIsCutOffAndTheOthersAreNot() throws {
        let service = try TestService()
        let (leaving, staying) = (try RawPeer(service), try RawPeer(service))
        try leaving.greet(as: "intake")
        try staying.greet(as: "operator")

        service.listener.cutOff(["intake"])

        #expect(try leaving.readFrame() == nil)
        try staying.send(json: #"{"id":1,"method":"test.echo","timeout":2000,"body":{"text":"here"}}"#)
        #expect(try staying.readText()?.contains("here") == true)
        service.stop()
    }

    @Test func whoLeavesDuringTheHelloIsNotLetIn() throws {
        let router = Router(service: "test")
        router.seal(serving: [])
        let register = LeavingPeer()
        let listener = try MeshListener(host: "127.0.0.1", port: 0, router: router, register: register)
        let peer = try RawPeer(address: SocketAddress(host: "127.0.0.1", port: listener.port), service: "test")

        #expect(throws: Fault.self) { try peer.greet(as: "intake", key: "k1", secret: TestService.secret) }

        #expect(register.timesAsked == 2, "once to prove it, once when it had its place")
        #expect(listener.drain(deadlineMilliseconds: 2000))
    }

    @Test func aMissingKeyIsUnauthenticatedWithoutConnecting() throws {
        let client = MeshClient(peer: .intake, service: "test", keys: LinkKeys(), address: { ("127.0.0.1", 1) })
        #expect(client.call(EchoText("")).fault?.code == .unauthenticated)
        client.close()
    }

    @Test func aSilentPeerIsCutWhenItsHelloIsOverdue() throws {
        let service = try TestService { $0.helloTimeoutMilliseconds = 100 }
        let peer = try RawPeer(service)
        #expect(try peer.readText()?.contains(#""service":"test""#) == true)

        #expect(try peer.readText()?.contains("deadlineExceeded") == true)

        #expect(try peer.readFrame() == nil)
        service.stop()
    }

    @Test func aHelloInDripsGetsNoMoreTime() throws {
        let service = try TestService { $0.helloTimeoutMilliseconds = 100 }
        let peer = try RawPeer(service)
        _ = try peer.readFrame()

        // One byte at a time until the server has had enough: then sending fails, or the fault stands there.
        let start = EventLoop.monotonicMilliseconds()
        try peer.socket.setReceiveTimeout(milliseconds: 10)
        var fault: String?
        try peer.send([0, 0, 8, 0])
        while fault == nil, EventLoop.monotonicMilliseconds() - start < TestService.patienceMilliseconds {
            do { fault = try peer.readText() } catch is RawPeer.Silence { try peer.send([32]) }
        }

        #expect(fault?.contains("deadlineExceeded") == true)
        service.stop()
    }

    @Test func helloAndCallMayComeByteByByte() throws {
        let service = try TestService()
        let peer = try RawPeer(service)
        try peer.greet(bytewise: true)

        try peer.send(json: #"{"id":1,"method":"test.echo","timeout":2000,"body":{"text":"slow"}}"#, bytewise: true)

        #expect(try peer.readText() == #"{"id":1,"ok":{"text":"slow"}}"#)
        service.stop()
    }

    @Test func theOldestStrangerMakesRoomForANewOne() throws {
        let service = try TestService {
            $0.helloTimeoutMilliseconds = 60_000
            $0.unidentifiedConnectionCountMax = 2
        }
        let oldest = try RawPeer(service)
        _ = try oldest.readFrame()
        let silent = try RawPeer(service)
        _ = try silent.readFrame()

        let client = service.client()

        #expect(client.call(EchoText("in")).response != nil)
        #expect(try oldest.readFrame() == nil)
        client.close()
        #expect(service.stop())
    }

    @Test func connectionsRemainForThoseWhoMustGetIn() throws {
        let service = try TestService {
            $0.connectionCountMax = 4
            $0.reservedConnectionCount = 1
        }
        let ordinary = try (0..<3).map { _ in try RawPeer(service) }
        for peer in ordinary { try peer.greet() }

        let refused = try RawPeer(service)
        let fault = #expect(throws: Fault.self) { try refused.greet() }
        let operatorPeer = try RawPeer(service)
        try operatorPeer.greet(as: "operator")

        #expect(fault?.code == .overloaded)
        #expect(service.listener.counters.connections >= 4)
        service.stop()
    }

    @Test func aListenerBeyondLoopbackNeedsAProtectedLink() throws {
        let router = Router(service: "test")
        router.seal(serving: [])
        #expect(throws: NetError.self) { try MeshListener(host: "0.0.0.0", port: 0, router: router, register: LinkKeys()) }
        var options = MeshListenerOptions()
        options.isLinkProtected = true
        let listener = try MeshListener(host: "0.0.0.0", port: 0, router: router, register: LinkKeys(), options: options)
        #expect(listener.drain(deadlineMilliseconds: 1000))
    }
}

/// Is known when it proves who it is, and no longer a moment after.
private final class LeavingPeer: PeerRegister, @unchecked Sendable {  // `asked` is guarded by `lock`.
    private let lock = Lock()
    private var asked = 0

    var timesAsked: Int { lock.withLock { asked } }

    func secret(_ peer: String, _ key: String) -> [UInt8]? { TestService.secret }

    func kind(of peer: String) -> Peer? {
        lock.withLock {
            asked += 1
            return asked == 1 ? .intake : nil
        }
    }
}
