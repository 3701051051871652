import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import Erasure
import Glibc
import HandoffContextContracts
import IntakeContracts
import Net
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Threads
import Wire

@testable import HandoffContextService

/// A workspace's language model: a real server, and everything that it may do to us.
@Suite struct SummariserTests {
    private let model: PythonServer
    private let fixture: HandoffFixture
    private let workspace = HandoffFixture.workspace
    private let talk: ConversationID

    init() throws {
        model = try PythonServer("Interop/language_model.py")
        fixture = try HandoffFixture(summarisers: ["models.example": model.address], summaryMilliseconds: 20_000)
        talk = SummariserTests.put(1, fixture)
    }

    /// More than fits; the phone is in the oldest message, which a context for 150 tokens leaves out.
    private static func put(_ number: Int64, _ fixture: HandoffFixture) -> ConversationID {
        let story = String(repeating: "a long story ", count: 24)
        return fixture.store.put(number, "The blue lamp came with a dent, call +49 170 5550042.", story, story, "ok", "a", "b", "c", "d")
    }

    private func plugIn(_ behaviour: String, _ fixture: HandoffFixture? = nil) throws {
        let request = ConfigureAssistant(
            workspace: workspace, assistant: Assistant(name: "Lumi", prompt: ""),
            summariser: Summariser(host: "models.example", model: behaviour))
        _ = try (fixture ?? self.fixture).call(request, as: .owner).answer()
    }

    private func context(
        _ audience: ReadContext.Audience = .human, as role: Role = .agent, tokens: Int64 = 150, _ fixture: HandoffFixture? = nil
    ) -> Outcome<ReadContext> {
        (fixture ?? self.fixture).call(
            ReadContext(workspace: workspace, conversation: talk, audience: audience, tokenBudget: tokens), as: role)
    }

    /// What the model was asked so far.
    private func seen() throws -> [JSONView] {
        try JSONView(checking: Array(WebhookClient(address: model.address).get("/seen").body.utf8)).elements ?? []
    }

    // MARK: It answers

    @Test(arguments: ["good", "chunked"]) func aSummaryOfAModelIsTakenAndSaysSo(behaviour: String) throws {
        try plugIn(behaviour)
        let summary = try #require(try context().answer().summary)
        #expect(summary.method == .model)
        #expect(summary.lines.map(\.text) == ["The lamp came with a dent."] && summary.lines.map(\.author) == [.model])
        #expect(summary.lines[0].cites == [MessageID(rawValue: 100)])
        let asked = try seen()
        #expect(asked.count == 1 && asked[0]["path"]?.string == "/v1/chat/completions" && asked[0]["host"]?.string == "models.example")
    }

    @Test func aModelIsNotAskedWhereEverythingFits() throws {
        try plugIn("good")
        let whole = try context(tokens: 10_000).answer()
        #expect(whole.omitted == 0 && whole.summary?.method == .extractive)
        #expect(try seen().isEmpty)
    }

    /// Masked for whoever asks, since it leaves the customer's hands too.
    @Test(arguments: [false, true]) func aModelSeesWhatTheAssistantWould(seesIdentifiers: Bool) throws {
        var instructions = Instructions()
        instructions.assistantSeesIdentifiers = seesIdentifiers
        let fixture = try HandoffFixture(summarisers: ["models.example": model.address], instructions: instructions)
        _ = SummariserTests.put(1, fixture)
        try plugIn("good", fixture)
        _ = try context(.human, as: .agent, fixture).answer()
        let sent = String(decoding: try #require(try seen().first).raw, as: UTF8.self)
        #expect(sent.contains("The blue lamp came with a dent"))
        #expect(sent.contains("5550042") == seesIdentifiers)
    }

    // MARK: It does not

    @Test(arguments: [
        "prose", "fenced", "uncited", "unknown-line", "invents-link", "invents-number", "adds-orders", "nothing", "broken", "moved", "huge",
        "endless", "cut", "garbage"
    ])
    func whateverElseAModelDoesTheSummaryIsExtractiveAndSaysSo(behaviour: String) throws {
        try plugIn(behaviour)
        let given = try context().answer()
        let summary = try #require(given.summary)
        #expect(summary.method == .extractive)
        #expect(summary.lines.first?.text.hasPrefix("The blue lamp came with a dent, call") == true)
        #expect(summary.lines.allSatisfy { $0.author == .participant } && given.lease == nil)
        #expect(try seen().count == 1)
        #expect(fixture.process.metrics.snapshot()["summaries.missed"] == 1)
    }

    @Test(arguments: ["slow", "drip"]) func aModelThatTakesTooLongIsNotWaitedFor(behaviour: String) throws {
        let fixture = try HandoffFixture(summarisers: ["models.example": model.address], summaryMilliseconds: 200)
        _ = SummariserTests.put(1, fixture)
        try plugIn(behaviour, fixture)
        #expect(try context(.human, as: .agent, fixture).answer().summary?.method == .extractive)
    }

    @Test func aModelThatNobodyReachesCostsNothing() throws {
        let dead = try HandoffFixture(summarisers: ["models.example": SocketAddress(host: "127.0.0.1", port: 1)])
        _ = SummariserTests.put(1, dead)
        try plugIn("good", dead)
        #expect(try context(.human, as: .agent, dead).answer().summary?.method == .extractive)
    }

    @Test func aHostThatTheOperatorDidNotConfigureIsRefused() throws {
        let request = ConfigureAssistant(
            workspace: workspace, assistant: Assistant(name: "Lumi", prompt: ""),
            summariser: Summariser(host: "other.example", model: "good"))
        guard case .refused(.unknownHost, _) = fixture.call(request, as: .owner) else {
            Issue.record("an unknown host was taken")
            return
        }
        #expect(try fixture.call(ReadAssistant(workspace: workspace), as: .owner).answer() == ReadAssistant.Response())
    }

    @Test func aModelIsUnpluggedByConfiguringWithoutOne() throws {
        try plugIn("good")
        #expect(try fixture.call(ReadAssistant(workspace: workspace), as: .owner).answer().summariser?.model == "good")
        _ = try fixture.call(ConfigureAssistant(workspace: workspace, assistant: Assistant()), as: .owner).answer()
        #expect(try fixture.call(ReadAssistant(workspace: workspace), as: .owner).answer().summariser == nil)
        _ = try context().answer()
        #expect(try seen().isEmpty)
    }

    // MARK: What goes out is on record first

    @Test func theDisclosureIsOnRecordBeforeTheModelHearsAnything() throws {
        try plugIn("held")
        let answered = Threads.Answer<Outcome<ReadContext>>()
        Thread("asks") { answered.fill(context()) }.detach()
        // The model has the talk, and has not answered: the coordinator was told all the same.
        #expect(fixture.coordinator.wait(forTellings: 1))
        let told = fixture.coordinator.disclosures
        #expect(told.map(\.recipient) == [Recipient(.subprocessor, "models.example")])
        #expect(told.map(\.categories) == [[.communication]] && told[0].items == 4 && told[0].workspace == workspace)
        let digester = ErasureDigester(peppers: try fixture.process.keys.peppers())
        #expect(told[0].subject == digester.tag(.participant(ParticipantID(rawValue: 1))))
        _ = try WebhookClient(address: model.address).get("/release")
        _ = try answered.wait().answer()
    }

    @Test func withoutARecordNothingGoesOut() throws {
        try plugIn("good")
        try fixture.database.writer.write("break the outbox") {
            try $0.execute("CREATE TRIGGER broken BEFORE INSERT ON disclosure_outbox BEGIN SELECT RAISE(ABORT, 'broken'); END")
        }
        #expect(try context().answer().summary?.method == .extractive)
        #expect(try seen().isEmpty)
        // Control.
        try fixture.database.writer.write("mend the outbox") { try $0.execute("DROP TRIGGER broken") }
        #expect(try context().answer().summary?.method == .model)
        #expect(try seen().count == 1)
    }

    @Test func nothingOfAConversationThatIsNotTheAssistantsGoesOutOnItsBehalf() throws {
        try plugIn("good")
        _ = try fixture.call(RequestHandoff(workspace: workspace, conversation: talk, reason: .other, priority: .low), as: .agent).answer()
        _ = try fixture.call(AcceptHandoff(workspace: workspace, conversation: talk), as: .agent).answer()
        guard case .refused(.heldByPerson, _) = context(.assistant, as: .assistant) else {
            Issue.record("the assistant was given a context")
            return
        }
        #expect(try seen().isEmpty)
        // Control: the person who holds it is given one.
        #expect(try context().answer().summary?.method == .model)
    }

    @Test func nothingOfAnErasedPersonGoesOut() throws {
        try plugIn("good")
        let digester = ErasureDigester(peppers: try fixture.process.keys.peppers())
        let now = fixture.process.system.clock.now
        try fixture.database.writer.write("erase") {
            try Tombstones.place([digester.tombstone(.participant(ParticipantID(rawValue: 1)), cutoff: now)], now: now, $0)
        }
        guard case .refused(.unknownConversation, _) = context() else {
            Issue.record("an erased person's context was given")
            return
        }
        #expect(try seen().isEmpty)
    }

    /// A model may be slow, and what it was told may be unsaid by then.
    @Test func aSummaryOfWhatWasWithdrawnMeanwhileIsNotGiven() throws {
        try plugIn("held")
        let answered = Threads.Answer<Outcome<ReadContext>>()
        Thread("asks") { answered.fill(context()) }.detach()
        while try seen().isEmpty { sched_yield() }
        fixture.store.alter(talk) { if $0.id.rawValue == 100 { $0.text = nil } }
        _ = try WebhookClient(address: model.address).get("/release")
        let given = try answered.wait().answer()
        #expect(given.summary?.method == .extractive)
        #expect(!String(decoding: FieldVisitor.write(given), as: UTF8.self).contains("dent"))
    }

    @Test func aCallerWithoutTimeIsAnsweredWithoutAModel() throws {
        try plugIn("good")
        let request = ReadContext(workspace: workspace, conversation: talk, audience: .human, tokenBudget: 150)
        #expect(try fixture.call(request, as: .agent, timeoutMilliseconds: 1000).answer().summary?.method == .extractive)
        #expect(try seen().isEmpty)
    }
}
