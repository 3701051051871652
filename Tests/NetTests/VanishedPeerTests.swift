import Glibc
import Net
import Testing

@testable import Threads

@Suite struct VanishedPeerTests {
    /// Nobody can pull a cable here: both ends' sockets are asked for what they are set to.
    @Test func bothEndsNoticeAPeerThatVanished() throws {
        let service = try TestService()
        let client = service.client()
        #expect(client.call(EchoText("hello")).response != nil)

        let ends = (3..<1024).map { Socket(descriptor: $0) }.filter { $0.isEnd(ofConnectionTo: service.listener.port) }
        #expect(ends.count == 2)
        for end in ends {
            #expect(end.option(SOL_SOCKET, SO_KEEPALIVE) == 1)
            #expect(end.option(Int32(IPPROTO_TCP), TCP_KEEPIDLE) == Socket.keepAliveIdleSeconds)
            #expect(end.option(Int32(IPPROTO_TCP), TCP_KEEPINTVL) == Socket.keepAliveIntervalSeconds)
            #expect(end.option(Int32(IPPROTO_TCP), TCP_KEEPCNT) == Socket.keepAliveProbesMax)
            #expect(end.option(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) == Socket.unacknowledgedMillisecondsMax)
        }
        client.close()
        service.stop()
    }

    @Test func aThreadThatCannotStartIsAnErrorForWhomeverCanRefuse() {
        // A stack larger than the address space.
        #expect(throws: Thread.Exhausted.self) { try Thread("too-large", stackBytes: 1 << 50) {} }
    }
}

extension Socket {
    fileprivate func isEnd(ofConnectionTo port: UInt16) -> Bool {
        guard let remote = end(getpeername), let local = end(getsockname) else { return false }
        return remote == port || local == port
    }

    fileprivate func option(_ level: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, level, name, &value, &size) == 0 ? value : nil
    }

    private func end(_ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> UInt16? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutableBytes(of: &address) { ask(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size) }
        return code == 0 && address.sin_family == sa_family_t(AF_INET) ? UInt16(bigEndian: address.sin_port) : nil
    }
}
