import Digest
import Policy
import Testing
import Wire

/// Both sides of the hello. The proofs of the first test come from CPython's hmac over the text that DESIGN §2 names.
struct HelloTests {
    private static let secret = [UInt8](0..<32)
    private static let serverNonce = [UInt8](32..<64)
    private static let clientNonce = [UInt8](64..<96)
    private static let decoy = [UInt8](repeating: 0xDD, count: 32)

    private let serverNonceText = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8"
    private let clientNonceText = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8"
    private let clientProof = "-aga5nbyfZrUX9tqTgcgZ3F6AcRKcmqw9BDCgnmsgiA"
    private let serverProof = "xHnOiWTb-hi26yw5CoIKmzcIPD9Eckn8pFIKfRjiTVk"

    private func server(nonce: [UInt8] = serverNonce, peer: String = "intake", key: String = "k1", secret: [UInt8] = secret) -> ServerHello
    {
        var keys = LinkKeys()
        keys.add(peer: peer, key: key, secret: secret)
        return ServerHello(service: "conversation-store", register: keys, nonce: nonce, decoy: HelloTests.decoy)
    }

    private func client(
        service: String = "conversation-store", peer: String = "intake", key: String = "k1", secret: [UInt8] = secret,
        nonce: [UInt8] = clientNonce
    ) -> ClientHello {
        ClientHello(service: service, peer: peer, key: key, secret: secret, nonce: nonce)
    }

    private func payload(_ frame: [UInt8]) -> Range<Int> { Frame.headerBytes..<frame.count }
    private func payloadText(_ frame: [UInt8]) -> String { text(frame[Frame.headerBytes...]) }

    /// The peer that the server takes the claim for, or the fault.
    private func verdict(_ server: ServerHello, _ claim: String) -> Result<ConnectedPeer, Fault> {
        do throws(Fault) { return .success(try server.answer(Array(claim.utf8), 0..<claim.utf8.count).peer) } catch {
            return .failure(error)
        }
    }

    private func claim(peer: String = "intake", key: String = "k1", nonce: String, proof: String, more: String = "") -> String {
        #"{"peer":"\#(peer)","key":"\#(key)","nonce":"\#(nonce)","proof":"\#(proof)"\#(more)}"#
    }

    private var unauthenticated: Result<ConnectedPeer, Fault> {
        .failure(Fault(.unauthenticated, "the proof does not fit: check that both sides load the same key file"))
    }

    private func greeted(_ client: inout ClientHello, _ greeting: String) -> Fault.Code? {
        do throws(Fault) {
            _ = try client.claim(Array(greeting.utf8), 0..<greeting.utf8.count)
            return nil
        } catch { return error.code }
    }

    private func finished(_ client: ClientHello, _ verdict: String) -> Fault.Code? {
        do throws(Fault) {
            try client.finish(Array(verdict.utf8), 0..<verdict.utf8.count)
            return nil
        } catch { return error.code }
    }

    @Test func theMessagesAreThoseOfTheDesign() throws {
        let server = server()
        var client = client()
        let greeting = server.greeting
        #expect(payloadText(greeting) == #"{"mesh":1,"service":"conversation-store","nonce":"\#(serverNonceText)"}"#)
        let claim = try client.claim(greeting, payload(greeting))
        #expect(payloadText(claim) == self.claim(nonce: clientNonceText, proof: clientProof))
        let answer = try server.answer(claim, payload(claim))
        #expect(answer.peer == ConnectedPeer(.intake))
        #expect(payloadText(answer.frame) == #"{"proof":"\#(serverProof)"}"#)
        try client.finish(answer.frame, payload(answer.frame))
    }

    @Test func aProgramOfOthersIsWhatTheRegisterSaysItIs() throws {
        struct Register: PeerRegister {
            let kind: Peer?
            func secret(_ peer: String, _ key: String) -> [UInt8]? { peer == "shop-gateway" ? HelloTests.secret : nil }
            func kind(of peer: String) -> Peer? { kind }
        }
        func greeted(_ register: any PeerRegister) throws -> ConnectedPeer {
            let server = ServerHello(
                service: "conversation-store", register: register, nonce: HelloTests.serverNonce, decoy: HelloTests.decoy)
            var client = client(peer: "shop-gateway")
            let claim = try client.claim(server.greeting, payload(server.greeting))
            let (peer, _) = try server.answer(claim, payload(claim))
            return peer
        }
        #expect(try greeted(Register(kind: .gateway)) == ConnectedPeer(.gateway, name: "shop-gateway"))
        #expect(throws: Fault.self) { try greeted(Register(kind: nil)) }
        // Keys alone make nobody a kind of program, not even one that is named like a kind.
        var keys = LinkKeys()
        keys.add(peer: "shop-gateway", key: "k1", secret: HelloTests.secret)
        #expect(throws: Fault.self) { try greeted(keys) }
        #expect(keys.kind(of: "gateway") == nil)
    }

    @Test func aClaimThatIsNotProvenIsRefused() {
        let right = claim(nonce: clientNonceText, proof: clientProof)
        #expect(verdict(server(), right) == .success(ConnectedPeer(.intake)), "the control: nothing wrong")
        // The server holds another secret, another peer, another key id, is another service, or speaks with another nonce (a replay).
        #expect(verdict(server(secret: HelloTests.decoy), right) == unauthenticated)
        #expect(verdict(server(peer: "operator"), right) == unauthenticated)
        #expect(verdict(server(key: "k2"), right) == unauthenticated)
        #expect(verdict(server(nonce: [UInt8](1...32)), right) == unauthenticated)
        var keys = LinkKeys()
        keys.add(peer: "intake", key: "k1", secret: HelloTests.secret)
        let other = ServerHello(service: "handoff-context", register: keys, nonce: HelloTests.serverNonce, decoy: HelloTests.decoy)
        #expect(verdict(other, right) == unauthenticated)
        // The claim is changed on its way.
        #expect(verdict(server(), claim(peer: "operator", nonce: clientNonceText, proof: clientProof)) == unauthenticated)
        #expect(verdict(server(), claim(nonce: serverNonceText, proof: clientProof)) == unauthenticated)
        #expect(verdict(server(), claim(nonce: clientNonceText, proof: serverProof)) == unauthenticated, "the other side's proof")
        #expect(verdict(server(), claim(nonce: clientNonceText, proof: "")) == unauthenticated)
        #expect(verdict(server(), claim(nonce: clientNonceText, proof: String(clientProof.dropLast()))) == unauthenticated)
        #expect(verdict(server(), claim(nonce: clientNonceText, proof: "=" + clientProof.dropFirst())) == unauthenticated)
    }

    /// The proofs fit here; only the rule that is named stands between the claim and success.
    @Test func aProvenClaimIsRefusedForItsNonceOrNames() throws {
        func proven(peer: String = "intake", key: String = "k1", nonce: String) -> String {
            let signed = "mesh/1\nconversation-store\n\(peer)\n\(key)\n\(serverNonceText)\n\(nonce)\nclient"
            let proof = HMACSHA256Key(HelloTests.secret).authenticate(Array(signed.utf8))
            return claim(peer: peer, key: key, nonce: nonce, proof: Base64URL.encode(proof))
        }
        #expect(
            verdict(server(), proven(nonce: clientNonceText)) == .success(ConnectedPeer(.intake)),
            "the control: this is how a proof is made")
        #expect(verdict(server(), proven(nonce: serverNonceText)) == unauthenticated, "reflected")
        #expect(verdict(server(), proven(nonce: Base64URL.encode([UInt8](64..<95)))) == unauthenticated, "31 bytes")
        #expect(verdict(server(), proven(nonce: "")) == unauthenticated)
        #expect(verdict(server(), proven(nonce: String(repeating: "*", count: 43))) == unauthenticated)
        #expect(verdict(server(peer: "in--take"), proven(peer: "in--take", nonce: clientNonceText)) == unauthenticated)
        #expect(
            verdict(server(peer: "stranger"), proven(peer: "stranger", nonce: clientNonceText)) == unauthenticated, "no peer of the mesh")
        #expect(verdict(server(key: "K1"), proven(key: "K1", nonce: clientNonceText)) == unauthenticated)
        // Without the decoy's rule, whoever learns it could be anyone.
        let decoyed = "mesh/1\nconversation-store\noperator\nk1\n\(serverNonceText)\n\(clientNonceText)\nclient"
        let proof = Base64URL.encode(HMACSHA256Key(HelloTests.decoy).authenticate(Array(decoyed.utf8)))
        #expect(verdict(server(), claim(peer: "operator", nonce: clientNonceText, proof: proof)) == unauthenticated)
    }

    @Test func helloRefusesWhatItDoesNotKnow() {
        func isMalformed(_ claim: String) -> Bool {
            if case .failure(let fault) = verdict(server(), claim) { return fault.code == .malformed }
            return false
        }
        #expect(isMalformed(claim(nonce: clientNonceText, proof: clientProof, more: #","more":1"#)))
        #expect(isMalformed(claim(nonce: clientNonceText, proof: clientProof, more: #","peer":"intake""#)))
        #expect(isMalformed(#"{"peer":"intake","key":"k1","nonce":"\#(clientNonceText)"}"#))
        #expect(isMalformed(claim(peer: String(repeating: "a", count: 33), nonce: clientNonceText, proof: clientProof)))
        #expect(isMalformed(""))
        #expect(isMalformed("[]"))
        #expect(!isMalformed(claim(nonce: clientNonceText, proof: clientProof)))
    }

    @Test func theClientChecksWhoGreetsIt() {
        func greeting(_ nonce: String, service: String = "conversation-store", mesh: Int = 1, more: String = "") -> String {
            #"{"mesh":\#(mesh),"service":"\#(service)","nonce":"\#(nonce)"\#(more)}"#
        }
        var client = client()
        #expect(greeted(&client, greeting(serverNonceText)) == nil, "the control")
        #expect(greeted(&client, greeting(serverNonceText, service: "intake")) == .unauthenticated)
        #expect(greeted(&client, greeting(serverNonceText, mesh: 2)) == .malformed)
        #expect(greeted(&client, greeting(clientNonceText)) == .malformed, "its own nonce, reflected")
        #expect(greeted(&client, greeting(Base64URL.encode([UInt8](0..<31)))) == .malformed)
        #expect(greeted(&client, greeting(serverNonceText, more: #","later":true"#)) == .malformed)
    }

    @Test func theClientChecksTheServersProof() {
        var client = client()
        #expect(greeted(&client, #"{"mesh":1,"service":"conversation-store","nonce":"\#(serverNonceText)"}"#) == nil)
        #expect(finished(client, #"{"proof":"\#(serverProof)"}"#) == nil, "the control")
        #expect(finished(client, #"{"proof":"\#(clientProof)"}"#) == .unauthenticated, "its own proof, reflected")
        #expect(finished(client, #"{"proof":""}"#) == .unauthenticated)
        #expect(finished(client, "{}") == .unauthenticated)
        #expect(finished(client, #"{"proof":"\#(serverProof)","more":1}"#) == .malformed)
        let refusal = ServerHello.frame(Fault(.unauthenticated, "no"))
        #expect(finished(client, payloadText(refusal)) == .unauthenticated)
        let both = #"{"proof":"\#(serverProof)","fault":{"code":"unavailable","retry":true,"message":""}}"#
        #expect(finished(client, both) == .unavailable)
    }

    @Test func namesAreLimited() {
        for name in ["a", "intake", "conversation-store", "k1", "0", "-", "a-b-c", String(repeating: "a", count: 32)] {
            #expect(Hello.isName(name), "\(name)")
        }
        for name in ["", "--", "a--b", "a--", "--a", "A", "a_b", "a.b", "a/b", "a\n", "é", " ", String(repeating: "a", count: 33)] {
            #expect(!Hello.isName(name), "\(name)")
        }
    }

    @Test func theNewestKeyIsTheLastOfItsNames() {
        var keys = LinkKeys()
        #expect(keys.newest("intake") == nil)
        keys.add(peer: "intake", key: "k1", secret: HelloTests.secret)
        keys.add(peer: "intake", key: "k2", secret: HelloTests.decoy)
        keys.add(peer: "operator", key: "k3", secret: HelloTests.secret)
        #expect(keys.newest("intake")?.key == "k2")
        #expect(keys.newest("intake")?.secret == HelloTests.decoy)
    }
}
