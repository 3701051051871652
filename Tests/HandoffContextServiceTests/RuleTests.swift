import ConversationStoreContracts
import Domain
import Erasure
import HandoffContextContracts
import SQLite
import TestKit
import Testing
import Wire

@testable import HandoffContextService

/// What workspaces' rules make of what the feed tells.
@Suite struct RuleTests {
    private let folder: TemporaryFolder
    private let path: String
    private let played = PlayedStore()
    private let store = HandoffContextStore(
        digester: ErasureDigester(peppers: [1: [UInt8](repeating: 7, count: 32)]), clock: ManualTime())
    private let workspace = HandoffFixture.workspace
    private let start = Timestamp(rawValue: 1_768_471_200_000)

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("handoff-context.sqlite")
    }

    private func open() throws -> Database {
        try Database(path: path, service: "handoff-context", migrations: HandoffContextMigrations.all)
    }

    private func set(_ rules: HandoffRules, _ database: Database) throws {
        try database.writer.write("set") { try store.set(rules, of: workspace, now: start, $0) }
    }

    private func page(_ changes: ConversationChange..., sequence: Int64 = 1) -> ReadConversationFeed.Response {
        ReadConversationFeed.Response(changes: changes, next: Cursor(epoch: "e1", sequence: sequence), restarted: false)
    }

    private func change(
        _ id: ConversationID, _ kind: ConversationChange.Kind = .messageReceived, message: Int64? = nil, at time: Timestamp? = nil
    ) -> ConversationChange {
        ConversationChange(
            kind, workspace: workspace, conversation: id, participant: ParticipantID(rawValue: id.rawValue),
            message: MessageID(rawValue: message ?? id.rawValue * 100), at: time ?? start)
    }

    private func take(_ page: ReadConversationFeed.Response, _ database: Database) throws {
        let ruled = RuledChanges(database: database, store: store, conversations: played.transport)
        let asks = try ruled.asks(for: page)
        _ = try database.writer.write("take") { try store.take(page, asks, now: start, $0) }
    }

    private func session(_ id: ConversationID, _ database: Database, at time: Timestamp? = nil) throws -> Session {
        try #require(try database.read { try store.session(id, now: time ?? start, $0) })
    }

    private func keyword(_ phrase: String, _ priority: HandoffPriority = .high) -> HandoffRules {
        var rules = HandoffRules()
        rules.keywords = [KeywordRule(phrase: phrase, priority: priority)]
        return rules
    }

    @Test func aKeywordAsksForAPersonAndCitesItsMessage() throws {
        let database = try open()
        try set(keyword("devolución"), database)
        let (said, other) = (played.put(1, "Quiero una DEVOLUCION"), played.put(2, "Hola"))

        try take(page(change(said), change(other)), database)

        let ask = HandoffAsk(asker: .rule, reason: .keyword, priority: .high, since: start, message: MessageID(rawValue: 100))
        #expect(try session(said, database).state == .waiting(ask))
        #expect(try session(other, database).state == .bot)
    }

    @Test func withoutRulesNothingIsReadAndNobodyIsAskedFor() throws {
        let database = try open()
        let id = played.put(1, "I want to talk to a human")
        try take(page(change(id)), database)
        #expect(try session(id, database).state == .bot)
        #expect(played.readCount == 0)

        var rules = HandoffRules()
        rules.personAsked = .normal
        try set(rules, database)
        try take(page(change(id), sequence: 2), database)
        #expect(try session(id, database).state.ask?.asker == .person)
        #expect(played.readCount == 1)
    }

    @Test func onlyThePersonsOwnWordsHereAndNowAreListenedTo() throws {
        let database = try open()
        try set(keyword("refund"), database)
        let id = played.put(1, "refund")
        for alter in [
            { $0.author = .business }, { $0.origin = .history }, { $0.origin = .group }, { $0.kind = .edit }, { $0.kind = .reaction }
        ] as [@Sendable (inout Message) -> Void] {
            played.alter(id, alter)
            try take(page(change(id)), database)
            #expect(try session(id, database).state == .bot)
        }
    }

    @Test func noRuleListensToWhomIsRestricted() throws {
        let database = try open()
        try set(keyword("refund"), database)
        let id = played.put(1, "refund")
        played.restrict(id, at: start)
        try take(page(change(id)), database)
        #expect(try session(id, database).state == .bot)

        played.restrict(id, at: nil)
        try take(page(change(id), sequence: 2), database)
        #expect(try session(id, database).state.ask?.reason == .keyword)
    }

    @Test func aCommentIsOfTheKindThatIsListenedFor() throws {
        let database = try open()
        var rules = HandoffRules()
        rules.comments = [CommentRule(phrase: "broken", media: "media-1", priority: .urgent)]
        try set(rules, database)
        func comment(_ number: Int64, _ text: String, under media: String) throws -> HandoffAsk? {
            let id = played.put(number, text)
            played.alter(id) {
                $0.kind = .comment
                var place = CommentPlace()
                place.media = media
                $0.details = EventDetails()
                $0.details?.comment = place
            }
            try take(page(change(id, .activityRecorded)), database)
            return try session(id, database).state.ask
        }
        #expect(try comment(1, "Mine came BROKEN!", under: "media-1")?.reason == .comment)
        #expect(try comment(2, "Mine came broken!", under: "media-2") == nil)
        #expect(try comment(3, "Lovely", under: "media-1") == nil)
    }

    @Test func outsideOpeningHoursAnAskCountsFromTheNextOpening() throws {
        let database = try open()
        var rules = keyword("refund")
        // `start` is a Thursday, 10:00 UTC.
        rules.openingHours = OpeningHours(zone: "UTC", spans: [OpeningSpan(.friday, opensMinute: 540, closesMinute: 600)])
        try set(rules, database)
        let id = played.put(1, "refund")

        try take(page(change(id)), database)

        #expect(try session(id, database).state.ask?.since == start.adding(milliseconds: 23 * 3_600_000))
        let queue = try database.read { try store.queue(ReadQueue(workspace: workspace, limit: 9), now: start, $0) }
        #expect(queue.entries.map(\.waitedMilliseconds) == [0])
    }

    @Test func whoeverWaitsTooLongGetsAPersonUnlessSomebodyAnswers() throws {
        let database = try open()
        var rules = HandoffRules()
        rules.unanswered = UnansweredRule(minutes: 30, priority: .low)
        try set(rules, database)
        let (waits, answered, early) = (played.put(1, "Hello?"), played.put(2, "Hello?"), played.put(3, "Hello?"))
        let minute = start.adding(milliseconds: 60_000)
        try take(page(change(waits), change(answered), change(early, at: minute)), database)
        try take(page(change(waits, at: minute), change(answered, .messageSent, at: minute), sequence: 2), database)
        let due = start.adding(milliseconds: 30 * 60_000)

        try Patience.round(now: due.adding(milliseconds: -1), database, store, played.transport)
        #expect(try session(waits, database).state == .bot)
        try Patience.round(now: due, database, store, played.transport)

        #expect(try session(waits, database).state.ask == HandoffAsk(asker: .rule, reason: .unanswered, priority: .low, since: due))
        #expect(try session(answered, database).state == .bot && session(early, database).state == .bot)
        try Patience.round(now: due.adding(milliseconds: 60_000), database, store, played.transport)
        #expect(try session(early, database).state.ask?.reason == .unanswered)
    }

    /// The rule asks the conversation itself: what the feed told of may be out of use since.
    @Test(arguments: ["restricted", "withdrawn", "held", "answered", "waiting"]) func nobodyWaitsWithWordsThatMayNotBeUsed(what: String)
        throws
    {
        let database = try open()
        var rules = HandoffRules()
        rules.unanswered = UnansweredRule(minutes: 30, priority: .low)
        try set(rules, database)
        let id = played.put(1, "Hello?", "Anybody?")
        try take(page(change(id)), database)
        let due = start.adding(milliseconds: 30 * 60_000)
        switch what {
        case "restricted": played.restrict(id, at: start)
        case "withdrawn": played.alter(id) { $0.withdrawnAt = start }
        case "held": played.remove(id)
        case "answered": played.alter(id) { if $0.text == "Anybody?" { ($0.kind, $0.author) = (.echo, .business) } }
        default: break
        }

        try Patience.round(now: due, database, store, played.transport)

        // The control is whoever waits still.
        #expect(try session(id, database).state.ask?.reason == (what == "waiting" ? .unanswered : nil))
        // Nothing is left over that would fire once a restriction is lifted, and new words wait anew.
        played.restrict(id, at: nil)
        try Patience.round(now: due.adding(milliseconds: 60_000), database, store, played.transport)
        if what != "waiting" { #expect(try session(id, database).state == .bot) }
        let again = played.put(1, "Hello again?")
        try take(page(change(again, at: due), sequence: 2), database)
        try Patience.round(now: due.adding(milliseconds: 30 * 60_000), database, store, played.transport)
        #expect(try session(id, database).state.ask?.reason == .unanswered)
    }

    @Test func whileTheStoreIsAwayTheRuleWaits() throws {
        let database = try open()
        var rules = HandoffRules()
        rules.unanswered = UnansweredRule(minutes: 30, priority: .low)
        try set(rules, database)
        let id = played.put(1, "Hello?")
        try take(page(change(id)), database)
        let due = start.adding(milliseconds: 30 * 60_000)

        played.isAway = true
        #expect(throws: RuledChanges.StoreIsAway.self) { try Patience.round(now: due, database, store, played.transport) }
        #expect(try session(id, database).state == .bot)
        played.isAway = false
        try Patience.round(now: due, database, store, played.transport)
        #expect(try session(id, database).state.ask?.reason == .unanswered)
    }

    @Test func unansweredCountsWhileItIsOpen() throws {
        let database = try open()
        var rules = HandoffRules()
        rules.unanswered = UnansweredRule(minutes: 30, priority: .low)
        rules.openingHours = OpeningHours(zone: "UTC", spans: [OpeningSpan(.friday, opensMinute: 540, closesMinute: 600)])
        try set(rules, database)
        let id = played.put(1, "Hello?")
        try take(page(change(id)), database)
        let due = start.adding(milliseconds: 23 * 3_600_000 + 30 * 60_000)

        try Patience.round(now: due.adding(milliseconds: -1), database, store, played.transport)
        #expect(try session(id, database).state == .bot)
        try Patience.round(now: due, database, store, played.transport)
        #expect(try session(id, database).state.ask?.since == due)
    }

    /// The page is taken again after a crash before its commit; after one behind it the cursor has gone on.
    @Test func eachChangeHasItsEffectOnceHoweverOftenTheServiceDies() throws {
        try set(keyword("refund"), try open())
        let id = played.put(1, "refund")
        let taken = page(change(id))
        do {
            let database = try open()
            let asks = try RuledChanges(database: database, store: store, conversations: played.transport).asks(for: taken)
            struct Crash: Error {}
            #expect(throws: Crash.self) {
                try database.writer.write("take") { connection in
                    _ = try store.take(taken, asks, now: start, connection)
                    throw Crash()
                }
            }
        }
        let database = try open()
        #expect(try database.read { try store.cursor($0) } == Cursor())
        #expect(try database.read { try store.session(id, now: start, $0) } == nil)

        try take(taken, database)
        #expect(try database.read { try store.cursor($0) } == taken.next)
        let agent = Taker(member: MemberID(rawValue: "mem_ada"), mayTakeOver: false)
        try database.writer.write("hand over") { connection in
            try store.act(.accepted(by: agent, until: start.adding(milliseconds: 1000)), on: id, now: start, connection)
            try store.act(.released(by: agent), on: id, now: start, connection)
        }

        // What the cursor has passed is not asked again: the released conversation stays with the assistant.
        try take(page(sequence: 1), database)
        #expect(try session(id, database).state == .bot)
    }

    @Test func aStoreThatIsAwayMakesThePageWait() throws {
        let database = try open()
        try set(keyword("refund"), database)
        let id = played.put(1, "refund")
        played.isAway = true
        #expect(throws: RuledChanges.StoreIsAway.self) { try take(page(change(id)), database) }
        #expect(try database.read { try store.cursor($0) } == Cursor())
        played.isAway = false
        try take(page(change(id)), database)
        #expect(try session(id, database).state.word == .waiting)
    }

    @Test func aMessageThatIsGoneSinceAsksForNobody() throws {
        let database = try open()
        try set(keyword("refund"), database)
        let id = played.put(1, "refund")
        try take(page(change(id, message: 777), change(ConversationID(rawValue: 9))), database)
        #expect(try session(id, database).state == .bot)
    }

    @Test func anAssistantThatIsSureEnoughGetsNobody() throws {
        let fixture = try HandoffFixture()
        let id = fixture.store.put(1, "Hello?")
        func ask(_ confidence: Int64?) throws -> HandoffState {
            let request = RequestHandoff(
                workspace: workspace, conversation: id, reason: .lowConfidence, priority: .normal, confidence: confidence)
            return try fixture.call(request, as: .assistant).answer().state
        }
        var rules = HandoffRules()
        rules.confidenceBelow = 70
        _ = try fixture.call(SetRules(workspace: workspace, rules: rules), as: .owner).answer()

        #expect(try ask(70) == .bot)
        #expect(try ask(69) == .waiting)
    }

    @Test func rulesAreSetWholeOrNotAtAll() throws {
        let fixture = try HandoffFixture()
        let good = keyword("refund")
        _ = try fixture.call(SetRules(workspace: workspace, rules: good), as: .owner).answer()
        var hours = good
        for (zone, spans, reason) in [
            ("Moon/Base", [OpeningSpan(.monday, opensMinute: 0, closesMinute: 60)], .unknownZone), ("UTC", [], .hoursInvalid)
        ] as [(String, [OpeningSpan], SetRules.Refusal)] {
            hours.openingHours = OpeningHours(zone: zone, spans: spans)
            #expect(refusal(fixture.call(SetRules(workspace: workspace, rules: hours), as: .owner)) == reason)
        }
        #expect(refusal(fixture.call(SetRules(workspace: workspace, rules: keyword("…")), as: .admin)) == .phraseEmpty)
        #expect(try fixture.call(ReadRules(workspace: workspace), as: .manager).answer().rules == good)
        guard case .fault(let fault) = fixture.call(SetRules(workspace: workspace, rules: good), as: .agent) else {
            Issue.record("an agent sets rules")
            return
        }
        #expect(fault.code == .forbidden)
    }

    private func refusal<R: Request>(_ outcome: Outcome<R>) -> R.Refusal? {
        if case .refused(let reason, _) = outcome { return reason }
        return nil
    }
}
