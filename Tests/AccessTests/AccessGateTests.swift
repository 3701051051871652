import Domain
import IntakeContracts
import Policy
import TestKit
import Testing
import Threads
import Wire

@testable import Access

/// The decision alone, as a value over facts.
@Suite struct AccessGateTests {
    private let facts = AccessFacts()
    private let time = ManualTime()
    private let tokens = TokenKeys(["t1": Array(repeating: 7, count: 32)])
    private let right: Attempt

    init() {
        facts.take(AccessFact.samples())
        right = Attempt(token: tokens.sign(AccessGateTests.token(.owner)))
    }

    private static func token(_ role: Role) -> ActorToken {
        ActorToken(member: .of(role), generation: 1, expiresAt: begin.adding(milliseconds: 900_000))
    }

    private func sign(_ role: Role) -> String { tokens.sign(AccessGateTests.token(role)) }

    /// Why somebody is turned away; nil when they are let through. The caller's fault is the denial's.
    private func denial(_ attempt: Attempt, isFresh: Bool = true) -> Denial? {
        let told = Told()
        let gate = AccessGate(facts, tokens: tokens, clock: time, isFresh: { isFresh }) { denial, _, _ in told.add(denial) }
        do throws(Fault) {
            _ = try gate.admit(attempt.entrant)
            #expect(told.all == [])
            return nil
        } catch {
            #expect(told.all.map(\.fault) == [error], "each denial is told once")
            return told.all.first
        }
    }

    @Test(arguments: Denial.ofCalls)
    func everyDenialHasItsReasonAndNothingElseIsWrong(reason: Denial) throws {
        let wrong = try #require(Wrong.all(tokens.sign).first { $0.denial == reason })

        #expect(denial(wrong.attempt, isFresh: reason != .factsStale) == reason)
        #expect(reason.fault.code == wrong.code)
        #expect(denial(wrong.putRight) == nil)
    }

    // MARK: Actors

    @Test func whoActsIsToldToTheHandler() throws {
        let gate = AccessGate(facts, tokens: tokens, clock: time, isFresh: { true }) { _, _, _ in }
        #expect(try gate.admit(right.entrant) == Actor(member: "mem_owner", role: .owner, workspace: "ws_lumen"))
        let support = right.with { ($0.token, $0.workspace) = (sign(.support), solis) }
        #expect(try gate.admit(support.entrant) == Actor(member: "mem_support", role: .support, workspace: nil))
        #expect(try gate.admit(right.with { ($0.peer, $0.token) = (ConnectedPeer(.handoffContext), nil) }.entrant) == nil)
    }

    @Test func aMemberNamesTheirOwnWorkspace() {
        #expect(denial(right.with { $0.workspace = nil }) == .otherWorkspace)
        #expect(denial(right.with { $0.workspace = WorkspaceID(rawValue: "ws_unknown") }) == .otherWorkspace)
    }

    /// Whoever holds a signing key may sign any time: a token that outlives the longest of ours is none.
    @Test func aTokenForLongerThanAQuarterOfAnHourIsNone() {
        func until(_ milliseconds: Int64) -> Attempt {
            let expiresAt = begin.adding(milliseconds: milliseconds)
            return right.with { $0.token = tokens.sign(ActorToken(member: .of(.owner), generation: 1, expiresAt: expiresAt)) }
        }
        #expect(denial(until(900_001)) == .tokenInvalid)
        #expect(denial(until(365 * 86_400_000)) == .tokenInvalid)
        // Control: as long as may be; and what was too long becomes good with nobody's help but time's.
        #expect(denial(until(900_000)) == nil)
        time.advance(milliseconds: 1)
        #expect(denial(until(900_001)) == nil)
    }

    @Test func aRemovedMemberIsOut() {
        facts.take([AccessFact(.memberRemoved, lumen, member: MemberRights(.of(.owner), .owner, generation: 2), at: begin)])
        #expect(denial(right) == .memberChanged)
    }

    @Test func aChangedRoleCountsAtOnce() {
        facts.take([AccessFact(.memberSet, lumen, member: MemberRights(.of(.owner), .analyst, generation: 2), at: begin)])
        #expect(denial(right) == .memberChanged)
        let renewed = tokens.sign(ActorToken(member: .of(.owner), generation: 2, expiresAt: begin.adding(milliseconds: 1)))
        #expect(denial(right.with { $0.token = renewed }) == .roleNotListed)
    }

    @Test func programsOwnWorkIsNobodyElses() {
        let own = Contract("samples.own", purpose: .provideService, reads: [.communication], repeats: .harmless, callers: [.gateway])
        #expect(denial(right.with { $0.contract = own }) == .roleNotListed)
        #expect(denial(right.with { ($0.contract, $0.token) = (own, nil) }) == nil)
        // Control: where there is no data, anybody may look, though not in the name of another workspace.
        let empty = Contract("samples.echo", purpose: .maintainSecurity, repeats: .harmless, callers: [.gateway])
        for workspace in [nil, lumen] { #expect(denial(right.with { ($0.contract, $0.workspace) = (empty, workspace) }) == nil) }
        #expect(denial(right.with { ($0.contract, $0.workspace) = (empty, solis) }) == .otherWorkspace)
    }

    @Test func oldFactsStopPeopleAndNotPrograms() {
        #expect(denial(right, isFresh: false) == .factsStale)
        let own = right.with { ($0.peer, $0.token) = (ConnectedPeer(.handoffContext), nil) }
        #expect(denial(own, isFresh: false) == nil)
        // A bad token is a bad token: it is no news of the facts.
        #expect(denial(right.with { $0.token = "v1" }, isFresh: false) == .tokenInvalid)
    }

    // MARK: Programs

    @Test func aProgramOfOneWorkspaceAsksAboutNoOther() {
        let bound = right.with { ($0.peer, $0.workspace) = (ConnectedPeer(.connector, name: "lumen-forms"), lumen) }
        #expect(denial(bound.with { $0.token = nil }) == nil)
        #expect(denial(bound.with { ($0.token, $0.workspace) = (nil, solis) }) == .programOfOtherWorkspace)
        #expect(denial(bound.with { ($0.token, $0.workspace) = (nil, nil) }) == .programOfOtherWorkspace)
        // Botseller's own people can't be let in through it either.
        let support = bound.with { ($0.peer, $0.token) = (ConnectedPeer(.gateway, name: "solis-front"), sign(.support)) }
        #expect(denial(support.with { $0.workspace = solis }) == nil)
        #expect(denial(support.with { $0.workspace = nil }) == .grantMissing)
    }

    @Test func aRemovedProgramIsOutThoughItStaysConnected() {
        #expect(denial(right) == nil)
        facts.take([AccessFact(.peerRemoved, nil, peer: PeerRegistration("front", .gateway), at: begin)])
        #expect(denial(right) == .programUnknown)
        // Even where there is nothing to see.
        let echo = Contract("samples.echo", purpose: .maintainSecurity, repeats: .harmless, callers: Peer.allCases)
        #expect(denial(right.with { ($0.contract, $0.token) = (echo, nil) }) == .programUnknown)
    }

    @Test func aProgramThatCameBackAsAnotherKindIsUnknown() {
        facts.take([AccessFact(.peerAdded, nil, peer: PeerRegistration("front", .assistant), at: begin)])
        #expect(denial(right) == .programUnknown)
    }

    @Test func anAssistantsProgramSpeaksForAssistantsAlone() {
        let lumi = right.with { ($0.peer, $0.token) = (ConnectedPeer(.assistant, name: "lumi"), sign(.assistant)) }
        #expect(denial(lumi) == nil)
        #expect(denial(lumi.with { $0.token = sign(.owner) }) == .roleNotListed)
        #expect(denial(lumi.with { $0.token = nil }) == .tokenMissing)
    }

    @Test func theOperatorWithoutATokenActsAsTheOperator() {
        let meshctl = right.with { ($0.peer, $0.token) = (ConnectedPeer(.operator), nil) }
        #expect(denial(meshctl) == .tokenMissing)
        #expect(denial(meshctl.with { $0.token = sign(.owner) }) == nil)
        #expect(denial(meshctl.with { $0.contract = CountSample.contract }) == nil)
        #expect(denial(meshctl.with { ($0.contract, $0.workspace) = (CountSample.contract, solis) }) == .purposeNotInstructed)
    }

    // MARK: Purposes and instructions

    @Test func supportsGrantEndsByTime() {
        let support = right.with { ($0.token, $0.workspace) = (sign(.support), solis) }
        time.advance(milliseconds: 299_999)
        #expect(denial(support) == nil)
        time.advance(milliseconds: 1)
        #expect(denial(support) == .grantMissing)
    }

    @Test func supportNeedsTheGrantOfTheVeryWorkspace() {
        let support = right.with { $0.token = sign(.support) }
        for workspace in [lumen, WorkspaceID(rawValue: "ws_unknown"), nil] {
            #expect(denial(support.with { $0.workspace = workspace }) == .grantMissing)
        }
        var letsIn = Instructions()
        letsIn.supportUntil = grantEnd
        facts.take([AccessFact(.workspaceInstructed, lumen, instructions: letsIn, at: begin)])
        #expect(denial(support) == nil)
        facts.take([AccessFact(.workspaceInstructed, lumen, instructions: Instructions(), at: begin)])
        #expect(denial(support) == .grantMissing)
    }

    @Test func whatDataServesSupportIsTheTablesSaying() {
        func support(_ category: Policy.Category) -> Denial? {
            let contract = Contract(
                "samples.own", purpose: .provideService, reads: [category], repeats: .harmless, callers: [.gateway], roles: [.support])
            return denial(right.with { ($0.contract, $0.token) = (contract, sign(.support)) })
        }
        for category in Category.allCases {
            let expected: Denial? =
                switch category.allowance(for: .supportCustomer) {
                case .always: nil
                case .underGrant: .grantMissing
                case .never, .countsOnly, .metadataOnly: .purposeNever
                }
            #expect(support(category) == expected, "\(category)")
        }
    }

    @Test func countsImproveTheProductWhereTheCustomerLetsThem() {
        let counts = right.with { ($0.contract, $0.token) = (CountSample.contract, sign(.operator)) }
        #expect(denial(counts) == nil)
        #expect(denial(counts.with { $0.workspace = solis }) == .purposeNotInstructed)
        #expect(denial(counts.with { $0.workspace = WorkspaceID(rawValue: "ws_unknown") }) == .purposeNotInstructed)
        // Over all: the handler leaves out who doesn't let.
        #expect(denial(counts.with { $0.workspace = nil }) == nil)
        // A customer's own analyst counts as they like.
        var keepsOut = Instructions()
        keepsOut.improvesProduct = false
        facts.take([AccessFact(.workspaceInstructed, lumen, instructions: keepsOut, at: begin)])
        #expect(denial(counts) == .purposeNotInstructed)
        #expect(denial(counts.with { $0.token = sign(.analyst) }) == nil)
    }

    @Test(arguments: NeverPurpose.allCases)
    func nobodyEverSellsSharesAdvertisesOrProfiles(purpose: NeverPurpose) {
        let programs = [ConnectedPeer(.gateway, name: "front"), ConnectedPeer(.operator)]
        for peer in programs { #expect(denial(right.with { ($0.peer, $0.purpose) = (peer, purpose.rawValue) }) == .purposeNever) }
        let own = right.with { ($0.peer, $0.token, $0.purpose) = (ConnectedPeer(.handoffContext), nil, purpose.rawValue) }
        #expect(denial(own) == .purposeNever)
        // Control: a word that the policy doesn't know is its handler's to refuse.
        #expect(denial(right.with { $0.purpose = "research" }) == nil)
    }

    /// To sell is refused in the same words whoever asks, and whatever else is wrong with who asks.
    @Test func sellingIsRefusedFirst() {
        let changes: [(String, Denial, (inout Attempt) -> Void)] = [
            ("a role that is not listed", .roleNotListed, { $0.contract = AccessGateTests.ownersAlone }),
            ("a program that is not listed", .callerNotListed, { $0.peer = ConnectedPeer(.conversationStore) }),
            ("a program that was removed", .programUnknown, { $0.peer = ConnectedPeer(.gateway, name: "stranger") }),
            ("nobody's token", .tokenMissing, { $0.token = nil }), ("another workspace", .otherWorkspace, { $0.workspace = solis })
        ]
        for (what, otherwise, change) in changes {
            var attempt = right.with { $0.token = sign(.agent) }
            change(&attempt)
            #expect(denial(attempt.with { $0.purpose = "sale" }) == .purposeNever, "\(what)")
            // Controls: without the sale it is what is wrong otherwise; and who can't be proved learns nothing but that.
            #expect(denial(attempt) == otherwise, "\(what)")
            #expect(denial(attempt.with { ($0.purpose, $0.token) = ("sale", "v1.noise") }) == .tokenInvalid)
        }
    }

    private static let ownersAlone = Contract(
        "samples.read", purpose: .provideService, reads: [.communication], repeats: .harmless, callers: [.gateway, .operator],
        roles: [.owner])
}

/// What a gate told, from any thread.
private final class Told: @unchecked Sendable {  // `denials` is guarded by `lock`.
    private let lock = Lock()
    private var denials: [Denial] = []

    var all: [Denial] { lock.withLock { denials } }
    func add(_ denial: Denial) { lock.withLock { denials.append(denial) } }
}
