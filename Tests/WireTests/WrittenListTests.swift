import Policy
import Testing
import Wire

struct WrittenListTests {
    struct Look: Request, Equatable {
        static let contract = Contract("sample.look", purpose: .provideService, repeats: .harmless, callers: [.intake])
        mutating func visit(_ fields: inout FieldVisitor) {}

        struct Response: Fields, Equatable {
            var title = ""
            var colours: [EveryKind.Colour] = [.green]
            var items: [Item] = []
            mutating func visit(_ fields: inout FieldVisitor) {
                fields.field("title", &title)
                fields.field("colours", &colours, max: 9)
                fields.field("items", &items, max: 9)
            }
        }
    }

    struct Item: Fields, Equatable {
        var number: Int64 = 0
        var colour: EveryKind.Colour?
        var text: String?
        var more: RawJSON?
        mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("number", &number)
            fields.field("colour", &colour)
            fields.field("text", &text, max: 100)
            fields.field("more", &more)
        }
    }

    private static let names = MemberNames(of: Item.self)

    private static func bytes(_ text: String?, _ body: (UnsafeRawBufferPointer?) -> Void) {
        guard let text else { return body(nil) }
        Array(text.utf8).withUnsafeBytes { body($0) }
    }

    /// As a service would write rows that hold these items, the last first.
    private static func list(_ items: [Item]) -> WrittenList {
        let list = WrittenList(of: names, .lastFoundFirst)
        for item in items.reversed() {
            bytes(item.text) { text in
                (item.more?.bytes ?? []).withUnsafeBytes { more in
                    list.append { members in
                        members.integer(item.number)
                        members.word(item.colour?.rawValue)
                        members.text(text)
                        members.json(item.more == nil ? nil : more)
                    }
                }
            }
        }
        return list
    }

    private static let items: [[Item]] = {
        var full = Item()
        full.number = .min
        full.colour = .green
        full.text = "plain text that is longer than a vector, then \"quoted\"\n\u{1}Привет 👋"
        full.more = RawJSON(checked: Array(#"{"a":[1,2]}"#.utf8))
        var empty = full
        empty.text = ""
        empty.colour = nil
        return [[], [Item()], [full], [Item(), full, empty], [full, Item(), Item(), empty, full]]
    }()

    @Test func aListWrittenRowByRowIsTheBytesOfTheResponse() throws {
        for items in WrittenListTests.items {
            var response = Look.Response()
            response.title = "t"
            var writer = JSONWriter()
            FieldVisitor.write(response, into: &writer, with: WrittenListTests.list(items))
            response.items = items
            #expect(writer.bytes == FieldVisitor.write(response))

            var empty = response
            empty.items = []
            #expect(try WrittenListTests.list(items).filling(empty) == response)
        }
    }

    @Test func aReplyCarriesIt() {
        for items in WrittenListTests.items {
            let router = Router(service: "sample")
            router.on(Look.self) { _, reply in reply.ok(Look.Response(), with: WrittenListTests.list(items)) }
            router.seal(serving: ["sample.look"])
            guard case .ok(let response) = LocalTransport(router, as: .intake).call(Look()) else { Issue.record("no response"); return }
            #expect(response.items == items && response.colours == [.green])
        }
    }

    /// Only a damaged file holds such text: the reply stays JSON all the same.
    @Test func textThatIsNotUTF8IsRepaired() {
        let list = WrittenList(of: WrittenListTests.names, .lastFoundFirst)
        [UInt8]([0x61, 0xFF, 0x62]).withUnsafeBytes { text in
            list.append { members in
                members.integer(1)
                members.word(nil)
                members.text(text)
                members.json(nil)
            }
        }
        var writer = JSONWriter()
        FieldVisitor.write(Look.Response(), into: &writer, with: list)
        #expect(String(decoding: writer.bytes, as: UTF8.self).contains(#"{"number":1,"text":"a\#u{FFFD}b"}"#))
    }

    @Test func elementsThatAreJSONAlreadyArePassedOnAsTheyAreAndInTheirOrder() throws {
        let list = WrittenList(of: WrittenListTests.names, .asFound)
        for json in [#"{"number":1}"#, #"{"number":2,"text":"x"}"#] { try Array(json.utf8).withUnsafeBytes { try list.append(json: $0) } }
        for broken in ["", "{", #"{"number":3}{}"#, #"{"number":1e999}"#, #"{"a":1,"a":2}"#] {
            #expect(throws: WireError.self) { try Array(broken.utf8).withUnsafeBytes { try list.append(json: $0) } }
        }
        #expect(list.count == 2)
        let response = try list.filling(Look.Response())
        #expect(response.items.map(\.number) == [1, 2])
        #expect(response.items[1].text == "x")
    }
}
