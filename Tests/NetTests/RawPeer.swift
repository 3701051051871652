import Net
import TestKit

extension RawPeer {
    convenience init(_ service: TestService) throws {
        try self.init(address: SocketAddress(host: "127.0.0.1", port: service.listener.port), service: "test")
    }

    /// The hello as it should be; throws the server's fault.
    func greet(as peer: String = "intake", bytewise: Bool = false) throws {
        try greet(as: peer, key: "k1", secret: TestService.secret, bytewise: bytewise)
    }
}
