import ConversationStoreContracts
import Digest
import Domain
import Foundation
import HolderContracts
import MeshContracts
import Net
import Policy
import Runtime
import TestKit
import Testing
import Wire

extension RealMesh {
    /// What a program must not be able to do at a mesh door, on a real binary.
    @Suite struct BadPeerTests {
        private static let service = Peer.conversationStore
        /// What a process may grow by its own work meanwhile.
        private static let growthBytesMax = 6 << 20

        private let mesh: TestMesh

        init() throws { mesh = try TestMesh([BadPeerTests.service]) }

        private func key(of peer: Peer) throws -> (id: String, secret: [UInt8]) {
            let newest = try #require(try mesh.keys.callingKeys(of: peer).newest(BadPeerTests.service.rawValue))
            return (newest.key, newest.secret)
        }

        private func greeted(as peer: Peer) throws -> RawPeer {
            let raw = try mesh.rawPeer(to: BadPeerTests.service)
            let key = try key(of: peer)
            try raw.greet(as: peer.rawValue, key: key.id, secret: key.secret)
            return raw
        }

        /// Memory of the service's process that is in RAM. Source: proc(5), statm.
        private func residentBytes() throws -> Int {
            let process = try #require(mesh.processIdentifier(of: BadPeerTests.service))
            let text = try String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
            return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * Int(sysconf(Int32(_SC_PAGESIZE)))
        }

        @Test func aWrongHelloIsUnauthenticated() throws {
            let key = try key(of: .operator)
            let wrong: [(peer: String, id: String, secret: [UInt8])] = [
                ("operator", key.id, SecureRandom.bytes(Hello.secretBytes)), ("operator", "k9", key.secret), ("nobody", key.id, key.secret),
                // Another peer's key proves another peer.
                ("intake", key.id, key.secret)
            ]
            for claim in wrong {
                let raw = try mesh.rawPeer(to: BadPeerTests.service)
                let fault = #expect(throws: Fault.self) { try raw.greet(as: claim.peer, key: claim.id, secret: claim.secret) }
                #expect(fault?.code == .unauthenticated)
                #expect(try raw.readFrame() == nil)
            }
            // Control: with the right key the same words are taken.
            let raw = try greeted(as: .operator)
            try raw.send(json: #"{"id":1,"method":"mesh.echo","timeout":2000,"body":{"payload":"hello"}}"#)
            #expect(try raw.readText() == #"{"id":1,"ok":{"payload":"hello"}}"#)
        }

        @Test func aFrameBombClosesWithoutAllocating() throws {
            // A first round, so that what a connection costs anyhow is there.
            for _ in 0..<8 { _ = try bomb([0xFF, 0xFF, 0xFF, 0xFF]) }
            let before = try residentBytes()

            for _ in 0..<64 { #expect(try bomb([0xFF, 0xFF, 0xFF, 0xFF]).hasPrefix(#"{"id":null,"fault":{"code":"tooLarge""#)) }
            let legal = try (0..<8).map { _ in
                let raw = try greeted(as: .operator)
                try raw.send([0, 0x3F, 0xFF, 0xFF])  // 4 MiB less one byte, of which nothing comes.
                return raw
            }
            _ = try mesh.call(BadPeerTests.service, Echo(payload: "still here"))

            #expect(try residentBytes() - before < BadPeerTests.growthBytesMax)
            #expect(legal.count == 8)
        }

        /// Control of the measure above: bytes that do come cost memory, and it sees that.
        @Test func bytesThatComeAreSeenInMemory() throws {
            let before = try residentBytes()
            let senders = try (0..<8).map { _ in
                let raw = try greeted(as: .operator)
                try raw.send([0, 0x3F, 0xFF, 0xFF] + [UInt8](repeating: UInt8(ascii: " "), count: 3 << 20))
                return raw
            }
            #expect(try mesh.eventually(seconds: 4) { try residentBytes() - before > BadPeerTests.growthBytesMax })
            #expect(senders.count == 8)
        }

        private func bomb(_ bytes: [UInt8]) throws -> String {
            let raw = try greeted(as: .operator)
            try raw.send(bytes)
            let text = try #require(try raw.readText())
            #expect(try raw.readFrame() == nil)
            return text
        }

        /// Erasures wait as long as somebody reads: with a reader that stays, the line gets as long as one connection may make it.
        @Test func aFullLineIsOverloadedAndEverythingInItIsAnswered() throws {
            let limit = 1024
            let event = ChannelEvent(
                kind: .message, id: "wamid.1", participant: ParticipantIdentity(phone: Person(.whatsapp, 1).alias.value),
                sentAt: SystemClock().now, receivedAt: SystemClock().now)
            let append = AppendEvents(
                key: RequestKey("batch-1"), workspace: WorkspaceID(rawValue: "ws_1"), channel: ChannelID(rawValue: "ch_1"),
                account: Deliveries.accounts(.whatsapp), events: [event])
            #expect(try mesh.call(BadPeerTests.service, append, as: .intake).stored == 1)
            let reader = try OutsideProgram.reader(of: mesh.databasePath(BadPeerTests.service))
            let raw = try greeted(as: .deletionCoordinator)
            let erasure = EraseSubject(deletion: DeletionID(rawValue: 1), subject: Subject(workspace: WorkspaceID(rawValue: "ws_2")))
            let body = String(decoding: FieldVisitor.write(erasure), as: UTF8.self)

            for id in 1...limit + 1 { try raw.send(json: #"{"id":\#(id),"method":"holder.erase","timeout":30000,"body":\#(body)}"#) }

            #expect(try raw.readText()?.hasPrefix(#"{"id":1025,"fault":{"code":"overloaded","retry":true"#) == true)
            #expect(try mesh.call(BadPeerTests.service, Echo(payload: "others are served")).payload == "others are served")
            try reader.release()
            var answered: Set<String> = []
            for _ in 1...limit {
                let reply = try #require(try raw.readText())
                #expect(reply.contains(#""ok":{"deletion":1,"holder":"conversation-store""#))
                answered.insert(String(reply.prefix { $0 != "," }))
            }
            #expect(answered.count == limit)
            // Control: now that there is room the same request is taken.
            try raw.send(json: #"{"id":5000,"method":"holder.erase","timeout":30000,"body":\#(body)}"#)
            #expect(try raw.readText()?.hasPrefix(#"{"id":5000,"ok":"#) == true)
        }
    }
}
