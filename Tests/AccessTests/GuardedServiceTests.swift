import Domain
import IntakeContracts
import Policy
import Runtime
import TestKit
import Testing
import Wire

@testable import Access

/// The decision where it counts: before a service's handlers, with what it leaves in the file.
@Suite struct GuardedServiceTests {
    private let service: GuardedService
    /// Hour 0 of the test's time.
    private let hour = begin.rawValue / 3_600_000

    init() throws { service = try GuardedService() }

    @Test(arguments: Denial.ofCalls)
    func everyDenialStopsBeforeTheHandlerAndIsOnRecord(reason: Denial) throws {
        let wrong = try #require(Wrong.all(service.sign).first { $0.denial == reason })
        #expect(service.put(wrong.putRight) == nil)
        #expect(try service.denials() == [])
        #expect(service.served.count == 1)
        if reason == .factsStale { service.time.advance(milliseconds: FeedPatience.staleMilliseconds) }

        let fault = try #require(service.put(wrong.attempt))

        #expect(service.served.count == 1)
        #expect(fault.code == wrong.code)
        #expect(fault == reason.fault)
        let row = [
            "\(hour)", wrong.attempt.contract.method, reason.rawValue, wrong.attempt.peer.name, wrong.role, wrong.workspace, "1",
            "\(service.time.now.rawValue)"
        ]
        #expect(try service.denials() == [row.joined(separator: "|")])
    }

    /// Byte for byte: whoever tries tokens learns nothing from how one failed.
    @Test func allBadTokensGetTheSameAnswer() throws {
        let (owner, later) = (MemberID.of(.owner), begin.adding(milliseconds: 600_000))
        let good = service.sign(.owner)
        let otherKeys = TokenKeys(["t1": [UInt8](repeating: 8, count: 32)])
        let unknown = TokenKeys(["t9": [UInt8](repeating: 8, count: 32)])
        func signed(_ member: MemberID, _ generation: Int64, _ expiresAt: Timestamp) -> ActorToken {
            ActorToken(member: member, generation: generation, expiresAt: expiresAt)
        }
        service.access.facts.take([AccessFact(.memberRemoved, lumen, member: MemberRights(.of(.admin), .admin, generation: 2), at: begin)])
        let bad: [String: String] = [
            "forged": otherKeys.sign(signed(owner, 1, later)), "under an unknown key": unknown.sign(signed(owner, 1, later)),
            "truncated": String(good.dropLast(5)), "empty": "", "noise": "v1.....", "expired": service.sign(signed(owner, 1, begin)),
            "long expired": service.sign(signed(owner, 1, Timestamp(rawValue: 0))),
            "of an older generation": service.sign(signed(owner, 0, later)),
            "of a removed member": service.sign(signed(.of(.admin), 1, later)),
            "of nobody": service.sign(signed(MemberID(rawValue: "mem_nobody"), 1, later))
        ]

        var answers = Dictionary(uniqueKeysWithValues: bad.map { ($0.key, reply(to: $0.value)) })
        answers["good elsewhere"] = reply(to: good, about: solis)
        answers["good, about no workspace"] = reply(to: good, about: nil)

        for (what, answer) in answers { #expect(answer == answers["forged"], "\(what)") }
        #expect(answers["forged"]?.contains(#""code":"forbidden""#) == true)
        #expect(service.served.count == 0)
        // Control: the bytes differ where the token is good.
        #expect(reply(to: good) == #"{"id":1,"ok":{}}"#)
    }

    /// Its body is read for what it declares, and no further.
    @Test func aProgramThatIsNotListedIsToldOfTheSaleFirst() throws {
        let unlisted = Attempt(peer: ConnectedPeer(.conversationStore))
        #expect(service.put(unlisted.with { $0.purpose = "sale" }) == Denial.purposeNever.fault)
        #expect(service.put(unlisted.with { $0.purpose = "provideService" }) == Denial.callerNotListed.fault)
        let transport = LocalTransport(service.process.router, as: .conversationStore)
        guard case .fault(let fault) = transport.callRaw("samples.read", body: Array(#"{"workspace":7}"#.utf8), key: nil) else {
            Issue.record("a body that does not fit was answered")
            return
        }
        #expect(fault == Denial.callerNotListed.fault)
        #expect(service.served.count == 0)
        #expect(try service.denials().map { $0.split(separator: "|")[2] } == ["callerNotListed", "purposeNever"])
    }

    @Test func aTokenEndsWithTheMillisecondThatItNames() {
        let token = service.sign(ActorToken(member: .of(.owner), generation: 1, expiresAt: begin.adding(milliseconds: 10_000)))
        service.time.advance(milliseconds: 9_999)
        #expect(service.put(Attempt(token: token)) == nil)
        service.time.advance(milliseconds: 1)
        #expect(service.put(Attempt(token: token)) == Denial.tokenExpired.fault)
    }

    // MARK: The 60 seconds

    @Test func aMinuteAfterIntakeFellSilentPeopleWaitAndProgramsGoOn() {
        let owner = Attempt(token: service.sign(.owner))
        let own = Attempt(peer: ConnectedPeer(.handoffContext))
        service.time.advance(milliseconds: 59_999)
        #expect(service.put(owner) == nil)

        service.time.advance(milliseconds: 1)

        let fault = service.put(owner)
        #expect(fault == Denial.factsStale.fault)
        #expect(fault?.retry == true, "it may try again")
        #expect(service.put(own) == nil)
        #expect(service.put(Attempt(peer: ConnectedPeer(.connector, name: "lumen-forms"))) == nil)
    }

    private func reply(to token: String, about workspace: WorkspaceID? = lumen) -> String {
        let transport = Overheard(LocalTransport(service.process.router, as: .gateway, name: "front"))
        var request = ReadSample()
        request.workspace = workspace
        _ = transport.call(request, CallOptions(actor: token))
        return transport.reply
    }
}

/// Keeps the bytes of the last reply.
private final class Overheard: Transport, @unchecked Sendable {  // Used by one thread.
    private let transport: LocalTransport
    private(set) var reply = ""

    init(_ transport: LocalTransport) { self.transport = transport }

    func exchange(
        timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void
    ) {
        receive(exchangeBlocking(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame))
    }

    func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8]) -> ReplyBytes {
        let reply = transport.exchangeBlocking(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame)
        if case .frame(let bytes, let range) = reply { self.reply = String(decoding: bytes[range], as: UTF8.self) }
        return reply
    }
}
