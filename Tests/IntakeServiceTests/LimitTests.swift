import Digest
import Domain
import HTTP
import IntakeContracts
import Runtime
import Testing
import Threads
import Wire

@testable import IntakeService

/// At each limit a delivery gets its answer, and what was acknowledged is there in the end, once.
struct LimitTests {
    private func fixture(_ variables: [String: String] = [:], channels: [Account] = [IntakeFixture.instagram]) throws -> IntakeFixture {
        let fixture = try IntakeFixture(variables: variables)
        let workspace = try fixture.openWorkspace()
        for account in channels { try fixture.connect(account, to: workspace) }
        return fixture
    }

    private func body(_ number: Int, to business: String = Instagram.business) -> String {
        Instagram.delivery(Instagram.text("message \(number)", mid: "mid.\(business).\(number)"), to: business)
    }

    private func seconds(_ answer: HTTPResponse) throws -> Int64 { try #require(answer.headers["retry-after"].flatMap { Int64($0) }) }

    /// All of what a platform has, as it would send it: again and again, as long after a refusal as it was told.
    private func sendAll(_ count: Int, to fixture: IntakeFixture, expecting refusal: HTTPStatus) throws -> Int {
        var refusals = 0
        for number in 0..<count {
            while true {
                let answer = try fixture.post(body(number), to: .instagram)
                if answer.status == .ok { break }
                #expect(answer.status == refusal)
                refusals += 1
                fixture.time.advance(milliseconds: try seconds(answer) * 1000)
            }
        }
        return refusals
    }

    private func ids(_ count: Int) -> [String] { (0..<count).map { "mid.\(Instagram.business).\($0)" } }

    @Test func aChannelThatBringsTooMuchIsToldWhenToComeAgain() throws {
        let fixture = try fixture(["MESH_INTAKE_CHANNEL_EVENTS_PER_SECOND": "10"])

        let refusals = try sendAll(50, to: fixture, expecting: .tooManyRequests)

        #expect(refusals > 0 && fixture.metric("webhooks.turnedAway") == Int64(refusals))
        #expect(try fixture.outbox().map(\.id) == ids(50))
        // Control: without a limit nobody waits.
        let unlimited = try self.fixture()
        #expect(try sendAll(50, to: unlimited, expecting: .tooManyRequests) == 0)
    }

    @Test func aChannelsPaceIsItsOwn() throws {
        let second = Account(.instagram, "17841400000000002")
        let fixture = try fixture(["MESH_INTAKE_CHANNEL_EVENTS_PER_SECOND": "1"], channels: [IntakeFixture.instagram, second])
        let many = (0..<20).map { Instagram.text("many", mid: "mid.many.\($0)") }
        // However many events a delivery has, it comes whole.
        #expect(try fixture.post(Instagram.delivery(many), to: .instagram).status == .ok)
        let refused = try fixture.post(body(1), to: .instagram)
        #expect(refused.status == .tooManyRequests)
        #expect(try seconds(refused) == 19)

        #expect(try fixture.post(body(1, to: second.id), to: .instagram).status == .ok)
        // In one delivery with another channel nobody pays for its neighbour.
        let mixed = Instagram.body(
            Instagram.entry([Instagram.text("a", mid: "mid.a")]), Instagram.entry([Instagram.text("b", mid: "mid.b")], to: second.id))
        #expect(try fixture.post(mixed, to: .instagram).status == .ok)
        #expect(try fixture.outbox().count == 23)
    }

    @Test func allTogetherBringNoMoreThanTheirPace() throws {
        let fixture = try fixture(["MESH_INTAKE_EVENTS_PER_SECOND": "10"])
        #expect(try sendAll(40, to: fixture, expecting: .tooManyRequests) > 0)
        #expect(try fixture.outbox().map(\.id) == ids(40))
        // Whoever proves nothing takes nothing from those who do.
        fixture.time.advance(milliseconds: 60_000)
        for _ in 0..<100 { _ = try fixture.post(body(1), to: .instagram, secret: "wrong") }
        #expect(try fixture.post(body(1), to: .instagram).status == .ok)
    }

    @Test func aBacklogAtItsBoundTurnsAwayUntilTheStoreHasCaughtUp() throws {
        let fixture = try fixture(["MESH_INTAKE_OUTBOX_ROWS_MAX": "5"])
        fixture.conversations.behave(.isDown)
        for number in 0..<5 { #expect(try fixture.post(body(number), to: .instagram).status == .ok) }

        let refused = try fixture.post(body(5), to: .instagram)
        #expect(refused.status == .serviceUnavailable)
        #expect(try seconds(refused) == DeliveryLimits.retryAfterSeconds)
        #expect(try fixture.count("outbox") == 5 && fixture.keyCount() == 5)

        fixture.conversations.behave(.takes)
        fixture.pass(untilEvents: 5)
        for _ in 0..<1000 where fixture.metric("outbox.rows") > 0 { try fixture.settle() }
        #expect(try fixture.post(body(5), to: .instagram).status == .ok)
        fixture.pass(untilEvents: 6)
        #expect(fixture.conversations.events.map(\.id) == ids(6))
    }

    @Test func bodiesThatWaitForTheirCommitAreBounded() throws {
        let fixture = try fixture(["MESH_INTAKE_DELIVERY_BYTES_MAX": "1000"])
        let gate = Answer<Bool>()
        let isHeld = Answer<Bool>()
        let isQueued = fixture.database.writer.submit("hold") { _ in
            isHeld.fill(true)
            return gate.wait()
        } completion: { _ in
        }
        #expect(isQueued && isHeld.wait())

        // One alone may be larger than the bound; what comes beside it may not.
        let long = Instagram.delivery(Instagram.text(String(repeating: "x", count: 2000), mid: "mid.long"))
        let first = try send(long, to: fixture)
        let second = try send(body(1), to: fixture)
        #expect(second.wait().status == .serviceUnavailable)
        #expect(try seconds(second.wait()) == DeliveryLimits.retryAfterSeconds)
        gate.fill(true)
        #expect(first.wait().status == .ok)
        #expect(try fixture.post(body(1), to: .instagram).status == .ok)
        #expect(try fixture.outbox().map(\.id) == ["mid.long"] + ids(2).suffix(1))
    }

    private func send(_ body: String, to fixture: IntakeFixture) throws -> Answer<HTTPResponse> {
        let key = HMACSHA256Key(try fixture.process.keys.secret(named: KeyName.instagramAppSecret))
        var headers = HTTPHeaders()
        headers.append("X-Hub-Signature-256", "sha256=\(Hex.encode(key.authenticate(Array(body.utf8))))")
        let answer = Answer<HTTPResponse>()
        fixture.intake.handle(
            try HTTPRequest(.post, "/webhooks/instagram", headers: headers, body: Array(body.utf8)), HTTPReply { answer.fill($0) })
        return answer
    }

    @Test func aReplyOfOursWaitsToo() throws {
        let fixture = try fixture(["MESH_INTAKE_OUTBOX_ROWS_MAX": "1"])
        let channel = try fixture.database.read { try IntakeStore().channels($0)[0] }
        let recipient = Alias(.instagram, .igsid, Instagram.mara)
        func record(_ lease: String) -> String {
            let outcome = fixture.call(
                RecordReply(
                    key: RequestKey("reply-1"), workspace: channel.workspace, channel: channel.id, recipient: recipient, author: .assistant,
                    text: "hi", sentAt: fixture.time.now, lease: lease))
            return switch outcome {
            case .ok: "ok"
            case .refused(let reason, _): reason.rawValue
            case .fault(let fault): fault.code.rawValue
            }
        }
        fixture.conversations.behave(.isDown)
        _ = try fixture.post(body(1), to: .instagram)

        let lease = try fixture.lease(channel.id, for: recipient)
        #expect(record(lease) == "overloaded")
        fixture.conversations.behave(.takes)
        fixture.pass(untilEvents: 1)
        for _ in 0..<1000 where fixture.metric("outbox.rows") > 0 { try fixture.settle() }
        #expect(record(try fixture.lease(channel.id, for: recipient)) == "ok")
    }
}
