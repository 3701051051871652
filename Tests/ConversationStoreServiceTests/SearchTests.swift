import Access
import ConversationStoreContracts
import Domain
import HolderContracts
import IntakeContracts
import Policy
import SQLite
import Testing
import Wire

@testable import ConversationStoreService

@Suite struct SearchTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    private func find(_ query: String, limit: Int64 = 50, before: MessageID? = nil) throws -> SearchConversations.Response {
        try store.search(SearchConversations(workspace: shop, query: query, limit: limit, before: before))
    }

    private func texts(_ query: String) throws -> [String] { try find(query).messages.map(\.text) }

    private func fill(_ texts: String...) throws {
        for (number, text) in texts.enumerated() {
            try store.append(message("m\(number)", text, at: noon.adding(seconds: Int64(number))))
        }
        try store.index()
    }

    // MARK: Scripts

    private static let scripts: [(text: String, queries: [String], misses: [String])] = [
        ("Crème brûlée à la carte", ["creme", "BRÛLÉE", "brulee", "\"a la carte\"", "carte creme"], ["brul", "\"carte la\"", "crema"]),
        ("Straße nach Łódź", ["strasse", "lodz", "ŁÓDŹ"], ["strase"]),
        ("Tiếng Việt rất hay", ["tieng", "VIỆT", "\"viet rat\""], ["tien"]),
        ("Доставка ёлки в Тулу", ["елки", "ДОСТАВКА", "\"в тулу\"", "Ёлки"], ["достав", "\"тулу в\""]),
        ("Καλημέρα κόσμος", ["καλημερα", "ΚΌΣΜΟΣ", "κόσμοσ"], ["κοσμο"]),
        ("東京の天気はどうですか", ["天気", "東京", "京の天", "\"天気は\"", "気", "東京 天気"], ["天東", "大阪", "\"東京天気\""]),
        ("我想買藍色的燈", ["藍色", "燈", "想買藍色的燈"], ["藍燈", "紅"]),
        ("배송은 언제 되나요", ["배송", "언제", "\"배송은 언제\"", "송"], ["송배"]),
        ("ราคาเท่าไหร่ครับ", ["เท่าไหร่", "ราคา"], ["ครับราคา"]),
        ("مَتَى يَصِلُ الطَّلَب", ["متى", "يصل", "الطلب", "\"يصل الطلب\""], ["طلب", "\"الطلب يصل\""]),
        ("שָׁלוֹם לכם", ["שלום", "לכם"], ["שלו"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"], ["नमस"]),
        ("Order 10042 via 東京tower, ＡＢＣ", ["10042", "tower", "東京tower", "abc", "order \"10042 via\""], ["1004", "towe"])
    ]

    @Test(arguments: scripts) func everyScriptIsFoundByItsWordsAndPhrases(text: String, queries: [String], misses: [String]) throws {
        try fill(text, "something else", "別の話 другое آخر")

        for query in queries { #expect(try texts(query) == [text], "\(query)") }
        for query in misses { #expect(try texts(query) == [], "\(query)") }
    }

    @Test(arguments: ["", "\"\"", "… — !", "\"”"]) func aQueryWithoutAWordAsksForNothing(query: String) {
        #expect(SearchQuery(query).isEmpty)
    }

    // MARK: What is found

    @Test func captionsCommentsAndOurOwnWordsAreFoundAndWhatHappenedIsNot() throws {
        var picture = message("m1", "")
        picture.text = nil
        picture.details = EventDetails()
        picture.details?.attachments = [Attachment(type: "image")]
        picture.details?.attachments?[0].caption = "the lamp in blue"
        var comment = message("c1", "what lamp is that?")
        comment.kind = .comment
        try store.append(picture, comment, echo("w1", "Our lamp"), reply("w2", "A lamp"), happening(.reaction, "r1", to: "m1", "lamp"))
        try store.index()

        #expect(try find("lamp").messages.map(\.kind) == [.reply, .echo, .comment, .message])
        #expect(try texts("blue") == ["the lamp in blue"])
    }

    @Test func theNewestComeFirstAndPagesFollowWhateverArrives() throws {
        try store.append((0..<150).map { message("m\($0)", "lamp \($0)", at: noon.adding(seconds: $0)) })
        try store.index()

        var found: [String] = []
        var before: MessageID?
        repeat {
            let page = try find("lamp", limit: 40, before: before)
            found += page.messages.map(\.text)
            before = page.next
            try store.append(message("late\(found.count)", "a late lamp"))
            try store.index()
        } while before != nil

        #expect(found == (0..<150).reversed().map { "lamp \($0)" })
    }

    @Test func byParticipantChannelAndTime() throws {
        let other = Channel(shop, ChannelID(rawValue: "ch_other"), Account(.whatsapp, "900"))
        try store.append(message("m1", "red lamp"), message("b1", from: ben, "blue lamp", at: noon.adding(seconds: 60)))
        try store.append([message("o1", "old lamp", at: noon.adding(days: -1))], on: other)
        try store.index()
        let benID = try #require(try store.list().first { $0.participant.name == ben.name }).participant.id

        func found(_ change: (inout SearchConversations) -> Void) throws -> [String] {
            var request = SearchConversations(workspace: shop, query: "lamp", limit: 50)
            change(&request)
            return try store.search(request).messages.map(\.text)
        }
        #expect(try found { $0.participant = benID } == ["blue lamp"])
        #expect(try found { $0.channel = other.id } == ["old lamp"])
        #expect(try found { $0.since = noon.adding(seconds: 1) } == ["blue lamp"])
        #expect(try found { $0.until = noon } == ["old lamp"])
        #expect(
            try found {
                $0.since = noon; $0.until = noon.adding(seconds: 60)
            } == ["red lamp"])
        #expect(try found { _ in } == ["old lamp", "blue lamp", "red lamp"])
    }

    @Test func nothingIsFoundInAnotherWorkspace() throws {
        let elsewhere = Channel(WorkspaceID(rawValue: "ws_else"), ChannelID(rawValue: "ch_else"), Account(.whatsapp, "777"))
        try store.append([message("m1", "their lamp")], on: elsewhere)
        try fill("our lamp")
        let stranger = try #require(try store.list(elsewhere.workspace).first).participant.id

        #expect(try texts("lamp") == ["our lamp"])
        var request = SearchConversations(workspace: shop, query: "lamp", limit: 50)
        request.participant = stranger
        #expect(try store.search(request).messages.isEmpty)
        request.workspace = elsewhere.workspace
        #expect(try store.search(request).messages.map(\.text) == ["their lamp"])
    }

    /// Nobody learns by searching what they are not shown.
    @Test func nothingIsFoundByWhatIsMasked() throws {
        try fill("Ada here, call 15550009999 about the lamp")

        func masked(_ query: String) throws -> [String] {
            try store.search(SearchConversations(workspace: shop, query: query, limit: 9), masked: true).messages.map(\.text)
        }
        #expect(try masked("15550009999").isEmpty && masked("ada").isEmpty)
        #expect(try masked("lamp") == ["••• here, call ••• about the lamp"])
        // The control: who sees them finds by them.
        #expect(try texts("15550009999").count == 1 && texts("ada").count == 1)
    }

    // MARK: What changes

    @Test(arguments: [false, true]) func anEditedMessageIsFoundByTheWordsThatItHasNow(isIndexedBefore: Bool) throws {
        try store.append(message("m1", "one red lamp"))
        if isIndexedBefore { try store.index() }
        try store.append(
            happening(.edit, "e2", to: "m1", "two blue lamps", at: noon.adding(seconds: 2)),
            happening(.edit, "e1", to: "m1", "one green lamp", at: noon.adding(seconds: 1)))
        try store.index()

        #expect(try texts("blue") == ["two blue lamps"])
        #expect(try texts("red").isEmpty && texts("green").isEmpty)
        #expect(try !store.terms().contains("red"))
    }

    @Test func aReplyThatTakesOverAnEchoIsFoundByItsWords() throws {
        try store.append(echo("w1", "echoed words"))
        try store.index()
        try store.append(reply("w1", "replied words"))

        #expect(try texts("replied").count == 1 && texts("echoed").isEmpty)
    }

    @Test(arguments: [false, true]) func aCaptionIsFoundAndShownAsItWasEditedLast(indexedBefore: Bool) throws {
        func captioned(_ event: ChannelEvent, _ caption: String?, url: String? = nil) -> ChannelEvent {
            var event = event
            event.text = nil
            event.details = event.details ?? EventDetails()
            event.details?.attachments = [Attachment(type: "image")]
            event.details?.attachments?[0].caption = caption
            event.details?.attachments?[0].url = url
            return event
        }
        try store.append(captioned(message("m1"), "a \"caption\": zanzibar", url: "https://cdn.example/1"))
        if indexedBefore { try store.index() }
        try store.append(
            captioned(happening(.edit, "e2", to: "m1", at: noon.adding(seconds: 2)), "timbuktu"),
            captioned(happening(.edit, "e1", to: "m1", at: noon.adding(seconds: 1)), "samarkand"))
        try store.index()

        #expect(try texts("timbuktu") == ["timbuktu"])
        #expect(try texts("zanzibar").isEmpty && texts("samarkand").isEmpty)
        let shown = try #require(try store.onlyMessages().first)
        #expect(shown.details?.attachments?.map(\.caption) == ["timbuktu"])
        #expect(shown.details?.attachments?.map(\.url) == ["https://cdn.example/1"])

        // An edit of the words alone leaves the caption, and one may take it away.
        try store.append(happening(.edit, "e3", to: "m1", "words", at: noon.adding(seconds: 3)))
        #expect(try texts("words timbuktu").count == 1)
        try store.append(captioned(happening(.edit, "e4", to: "m1", at: noon.adding(seconds: 4)), nil))
        #expect(try texts("timbuktu").isEmpty && texts("words").count == 1)
        try store.append(happening(.unsend, "u1", to: "m1", at: noon.adding(seconds: 5)))
        #expect(try store.terms().isEmpty)
    }

    /// What is no message of its own would be forgotten when its message goes.
    @Test func anEditIsNotIndexedBesideItsMessage() throws {
        var edit = happening(.edit, "e1", to: "m1")
        edit.details?.attachments = [Attachment(type: "image")]
        edit.details?.attachments?[0].caption = "zanzibar"
        try store.append(message("m1", "a lamp"), edit)
        try store.index()

        #expect(try store.terms() == ["a", "lamp", "zanzibar"])
        #expect(try find("zanzibar").messages.map(\.kind) == [.message])
        try store.append(happening(.unsend, "u1", to: "m1"))
        #expect(try store.terms().isEmpty)
    }

    @Test func noTermOfAWithdrawnMessageIsLeft() throws {
        try fill("zanzibar lamp", "other lamp")
        try store.append(happening(.edit, "e1", to: "m0", "timbuktu lamp"))
        #expect(try store.terms().contains("timbuktu") && store.filesHold("zanzibar"))

        try store.append(happening(.unsend, "u1", to: "m0"))
        try store.service.residue.settle()

        #expect(try store.terms() == ["other", "lamp"].sorted())
        #expect(try !store.filesHold("zanzibar") && !store.filesHold("timbuktu"))
        #expect(try texts("lamp") == ["other lamp"])
    }

    @Test func noTermOfAnErasedPersonIsLeftInAnyFile() throws {
        // Enough that pages split and rows move.
        let words = (0..<400).map { "ada\($0)word" }
        for (number, word) in words.enumerated() {
            try store.append(
                message("m\(number)", "\(word) common \(word)x 藍\(number)色"),
                message("b\(number)", from: ben, "ben\(number)word common"))
        }
        try store.index()
        #expect(try store.filesHold("ada7word") && store.filesHold("ada7wordx"))

        let receipt = try store.erase(adasPhone)

        #expect(receipt.rows["search_terms"] ?? 0 > 1600)
        #expect(try words.allSatisfy { try !store.filesHold($0) } && !store.filesHold("藍"))
        #expect(try store.filesHold("ben7word"))
        #expect(try store.terms().count == 401)
        #expect(try find("common", limit: 50).messages.allSatisfy { $0.text.hasPrefix("ben") })
    }

    @Test func whatAHoldKeepsIsNotFoundAndInNoIndex() throws {
        try fill("zanzibar lamp")
        let asked = CollectSubject(subject: Subject(workspace: shop, aliases: [adasPhone]))
        let subject = try store.answer(asked, as: .deletionCoordinator).subject
        let request = EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject, isHeld: true)
        _ = try store.answer(request, as: .deletionCoordinator)

        #expect(try texts("lamp").isEmpty && store.terms().isEmpty)
        #expect(try store.filesHold("zanzibar"))
        try store.erase(adasPhone)
        #expect(try !store.filesHold("zanzibar"))
    }

    /// The control of the test above: without its step the words would stay.
    @Test func anErasureThatForgotTheIndexWouldLeaveTerms() throws {
        try fill("zanzibar lamp")
        try store.database.writer.write("forget the index") { try $0.run("UPDATE search_progress SET indexed_until = 0") }
        try store.erase(adasPhone)

        #expect(try store.filesHold("zanzibar"))
    }

    @Test func anotherVersionOfTheTermsMakesTheIndexAnew() throws {
        try fill("red lamp")
        try store.database.writer.write("age") { connection in
            try connection.run("UPDATE search_progress SET version = 0")
            try connection.run("UPDATE search_terms SET term = 'rojo' WHERE term = 'red'")
        }
        try store.index()

        #expect(try texts("red").count == 1 && texts("rojo").isEmpty)
    }

    /// It follows by itself, after a restart from where it stood.
    @Test func theIndexFollows() throws {
        try store.append(message("m1", "first lamp"))
        store.service.indexer.start()
        defer { store.service.indexer.stop() }
        for query in ["first", "second"] {
            if query == "second" { try store.append(message("m2", "second lamp")) }
            try store.waitForIndex()
            #expect(try texts(query).count == 1)
        }
    }

    // MARK: Blocks

    @Test(arguments: 1...6) func aTermsListHoldsWhatASetWouldHold(seed: UInt64) throws {
        var dice = Dice(seed)
        var model: Set<Int64> = []
        var block = PostingBlock([])
        for _ in 0..<500 {
            let message = Int64.random(in: 1...(1 << Int64.random(in: 1...40, using: &dice)), using: &dice)
            if Int.random(in: 0..<3, using: &dice) == 0, let gone = model.randomElement(using: &dice) {
                model.remove(gone)
                block.remove(gone)
            } else {
                model.insert(message)
                block.insert(message)
            }
        }
        let read = block.rows.flatMap { row in row.rest.withUnsafeBytes { PostingBlock(first: row.messages[0], rest: $0).messages } }
        #expect(read == model.sorted() && block.rows.allSatisfy { $0.messages.count <= PostingBlock.countMax })
    }
}
