import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import Foundation
import HolderContracts
import MeshContracts
import Net
import Policy
import Runtime
import TestKit
import Testing
import Threads
import Wire

extension RealMesh {
    /// What one part that is away, or holds on, does to the whole: it delays, and that is all.
    @Suite struct OutageTests {
        @Test func aStoreThatIsDownOnlyDelays() throws {
            let mesh = try TestMesh()
            let shop = try Shop(mesh)
            let people = [Person(.whatsapp, 1), Person(.whatsapp, 2)]
            let letters = (0..<60).map { Letter(from: people[$0 % 2], $0, sentAt: shop.now.adding(milliseconds: Int64($0))) }
            #expect(try shop.deliver([letters[0]], through: mesh.webhooks()) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 1 })

            #expect(mesh.stop(.conversationStore) == 0)
            let door = try mesh.webhooks()
            for letter in letters.dropFirst() { #expect(try shop.deliver([letter], through: door) == 200) }

            #expect(try shop.metric("outbox.rows") == Int64(letters.count - 1))
            #expect(try shop.metric("outbox.oldest.milliseconds") > 0)
            #expect(try door.get("/healthz").status == 200)

            try mesh.start(.conversationStore)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == letters.count })
            #expect(try Stored(of: shop).texts == letters.map(\.text))
            #expect(try shop.settle())
        }

        @Test func aReaderHeldOpenDelaysAReceiptAndNeverFalsifiesIt() throws {
            let mesh = try TestMesh()
            let shop = try Shop(mesh)
            let person = Person(.whatsapp, 1)
            let letters = (0..<20).map { Letter(from: person, $0, sentAt: shop.now.adding(milliseconds: -60_000)) }
            #expect(try shop.deliver(letters, through: mesh.webhooks()) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == letters.count })

            let reader = try OutsideProgram.reader(of: mesh.databasePath(.conversationStore))
            let deletion = try shop.erase(person).deletion
            // The rows go at once; what is left of them in the file can't, and so there is no receipt.
            #expect(try mesh.eventually { try Stored(of: shop).conversations.isEmpty })
            let isEarly = try mesh.eventually(seconds: 2) {
                let state = try shop.state(of: deletion)
                return state.deletion.state != .erasing || state.receipts.contains { $0.holder == Peer.conversationStore.rawValue }
            }
            #expect(!isEarly)
            #expect(try shop.state(of: deletion).receipts.map(\.holder) == [Peer.intake.rawValue])
            // Control: a receipt would have been a lie. The person's bytes are still there to be found.
            let file = "conversation-store.sqlite"
            #expect(try FolderBytes.find([person.mark], in: mesh.folder.path).contains { $0.hasPrefix(file) })

            try reader.release()
            #expect(try mesh.eventually(seconds: 40) { try shop.isCompleted(deletion) })
            let result = try shop.state(of: deletion)
            #expect(result.receipts.map(\.holder) == MeshPlan.services.map(\.rawValue))
            #expect(result.proofs.allSatisfy { $0.scan?.residue == 0 && $0.scan?.other == 0 })
            #expect(try FolderBytes.find(person.traces, in: mesh.folder.path) == [])
        }

        @Test func aHolderThatIsDownDelaysAnErasure() throws {
            let mesh = try TestMesh()
            let shop = try Shop(mesh)
            let person = Person(.instagram, 1)
            #expect(try shop.deliver(Letter(from: person, 1, sentAt: shop.now)) == 200)
            #expect(try mesh.eventually { try Stored(of: shop).texts.count == 1 })

            mesh.kill(.handoffContext)
            let deletion = try shop.erase(person).deletion
            let isEarly = try mesh.eventually(seconds: 1) { try shop.state(of: deletion).deletion.state == .completed }
            #expect(!isEarly)
            // Nobody erases before everybody knows whom to keep out: else a context could be made again.
            #expect(try shop.state(of: deletion).receipts.isEmpty)

            try mesh.start(.handoffContext)
            #expect(try mesh.eventually(seconds: 40) { try shop.isCompleted(deletion) })
        }

        @Test func aStopAnswersWhatIsInFlightAndLeavesNothing() throws {
            let mesh = try TestMesh()
            let shop = try Shop(mesh)
            let letter = Letter(from: Person(.whatsapp, 1), 1, sentAt: shop.now)
            let body = Deliveries.body([letter])
            let address = try mesh.address(of: .intake)
            let process = try #require(mesh.processIdentifier(of: .intake))
            let half = try HalfPosted(body, to: address, path: Shop.path(.whatsapp), secret: shop.secret(.whatsapp))

            mesh.askToStop(.intake)
            #expect(mesh.eventually { mesh.log(.intake).contains(#""event":"stopping""#) })
            #expect(mesh.eventually { !HalfPosted.isListening(address) })
            #expect(try half.finish().hasPrefix("HTTP/1.1 200 "))

            #expect(mesh.stop(.intake) == 0)
            #expect(Glibc.kill(process, 0) == -1 && errno == ESRCH)
            #expect(throws: (any Error).self) { try mesh.address(of: .intake) }
            #expect(mesh.log(.intake).contains(#""answeredAll":true"#))
            // What was answered was kept.
            try mesh.start(.intake)
            #expect(try mesh.eventually { try Stored(of: shop).texts == [letter.text] })
            #expect(mesh.stopAll() == [0, 0, 0, 0])
        }

        @Test func aStopAnswersALongPollAtOnce() throws {
            let mesh = try TestMesh([.conversationStore])
            let client = try mesh.client(to: .conversationStore, as: .handoffContext)
            defer { client.close() }
            let answer = Received<Outcome<ReadConversationFeed>>()
            client.call(ReadConversationFeed(after: Cursor(), waitMilliseconds: 30_000)) { answer.set($0) }
            #expect(try mesh.eventually { try mesh.call(.conversationStore, ReadMetrics()).values["mesh.inFlight"] ?? 0 >= 2 })

            #expect(mesh.stop(.conversationStore) == 0)

            guard case .ok(let response) = answer.value else {
                Issue.record("the poll was cut off")
                return
            }
            #expect(response.changes.isEmpty)
        }
    }
}

/// A webhook whose second half is still to come.
private final class HalfPosted {
    private let socket: Socket
    private let rest: [UInt8]

    init(_ body: [UInt8], to address: SocketAddress, path: String, secret: [UInt8]) throws {
        let request = WebhookClient.request(path, body, secret: secret, host: address.host)
        rest = Array(request[(request.count - body.count / 2)...])
        socket = try Socket.connect(to: address, timeoutMilliseconds: 2000)
        try socket.setReceiveTimeout(milliseconds: 10_000)
        try send(Array(request.dropLast(rest.count)))
    }

    deinit { socket.close() }

    /// Sends what is missing; the whole answer.
    func finish() throws -> String {
        try send(rest)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while let count = try buffer.withUnsafeMutableBytes({ try socket.receive(into: $0) }), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func isListening(_ address: SocketAddress) -> Bool {
        do {
            try Socket.connect(to: address, timeoutMilliseconds: 1000).close()
            return true
        } catch {
            return false
        }
    }

    private func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty { rest = rest.dropFirst(try rest.withUnsafeBytes { try socket.send($0) } ?? 0) }
    }
}

/// One value that another thread brings.
private final class Received<Value: Sendable>: @unchecked Sendable {  // `held` is guarded by `lock`.
    private let lock = Lock()
    private let arrived: Threads.Condition
    private var held: Value?

    init() { arrived = Threads.Condition(lock) }

    func set(_ value: Value) {
        lock.withLock {
            held = value
            arrived.signal()
        }
    }

    /// nil when nothing came in ten seconds.
    var value: Value? {
        lock.withLock {
            while held == nil { guard arrived.wait(milliseconds: 10_000) else { return nil } }
            return held
        }
    }
}
