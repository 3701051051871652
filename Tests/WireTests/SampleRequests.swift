import Wire

/// A type with every kind of field, as a contract would declare it.
struct EveryKind: Fields, Equatable {
    enum Colour: String, WireWord { case red, green }

    struct Inner: Fields, Equatable {
        var name = ""
        var note: String?

        mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("name", &name, max: 8)
            fields.field("note", &note, max: 8)
        }
    }

    var plain = ""
    var short = ""
    var shortOptional: String?
    var number: Int64 = 0
    var bounded: Int64 = 1
    var boundedOptional: Int64?
    var flag = false
    var colour = Colour.red
    var key: RequestKey?
    var inner = Inner()
    var innerOptional: Inner?
    var list: [Inner] = []
    var listOptional: [Int64]?
    var map: [String: Int64] = [:]
    var anything = RawJSON()

    mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("plain", &plain)
        fields.field("short", &short, max: 4)
        fields.field("shortOptional", &shortOptional, max: 4)
        fields.field("number", &number)
        fields.field("bounded", &bounded, 1...10)
        fields.field("boundedOptional", &boundedOptional, -5...5)
        fields.field("flag", &flag)
        fields.field("colour", &colour)
        fields.field("key", &key)
        fields.field("inner", &inner)
        fields.field("innerOptional", &innerOptional)
        fields.field("list", &list, max: 2)
        fields.field("listOptional", &listOptional, max: 3)
        fields.field("map", &map)
        fields.field("anything", &anything)
    }

    static var full: EveryKind {
        var value = EveryKind()
        value.plain = "pläin"
        value.short = "äöü😀"
        value.shortOptional = ""
        value.number = .min
        value.bounded = 10
        value.boundedOptional = -5
        value.flag = true
        value.colour = .green
        value.key = RequestKey("k-1")
        value.inner = Inner(name: "a\"b", note: nil)
        value.innerOptional = Inner(name: "", note: "n")
        value.list = [Inner(name: "1", note: nil), Inner(name: "2", note: "two")]
        value.listOptional = [1, -2, 3]
        value.map = ["b": 2, "a": 1, "\n": 3]
        value.anything = RawJSON(checked: Array(#"[1,{"x":null}]"#.utf8))
        return value
    }
}

/// Five required members, for every order of them.
struct Five: Fields, Equatable {
    var first: Int64 = 0
    var second = ""
    var third: [Int64] = []
    var fourth = false
    var fifth = EveryKind.Inner()

    mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("first", &first)
        fields.field("second", &second)
        fields.field("third", &third, max: 4)
        fields.field("fourth", &fourth)
        fields.field("fifth", &fifth)
    }

    static let members = [#""first":1"#, #""second":"two""#, #""third":[1,2,3]"#, #""fourth":true"#, #""fifth":{"note":"n","name":"five"}"#]

    static var full: Five {
        var value = Five()
        value.first = 1
        value.second = "two"
        value.third = [1, 2, 3]
        value.fourth = true
        value.fifth = EveryKind.Inner(name: "five", note: "n")
        return value
    }
}

/// A request as services declare them: it may be refused.
struct Greet: Request, Equatable {
    static let contract = Contract(
        "sample.greet", purpose: .provideService, reads: [], writes: [], repeats: .harmless, callers: [.intake], roles: [.agent])

    struct Response: Fields, Equatable {
        var greeting = ""

        mutating func visit(_ fields: inout FieldVisitor) { fields.field("greeting", &greeting, max: 5_000_000) }
    }

    enum Refusal: String, RefusalReason { case unknownName, tooLate }

    var name = ""
    var times: Int64?

    mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("name", &name, max: 64)
        fields.field("times", &times, 1...3)
    }
}

/// A request that is known by its key.
struct Store: Keyed {
    static let contract = Contract("sample.store", purpose: .provideService, repeats: .deduplicated, callers: [.intake])

    struct Response: Fields, Equatable {
        var key = RequestKey()

        mutating func visit(_ fields: inout FieldVisitor) { fields.field("key", &key) }
    }

    var key = RequestKey()
    var text = ""

    mutating func visit(_ fields: inout FieldVisitor) { fields.field("text", &text) }
}

extension Outcome {
    var response: R.Response? { if case .ok(let response) = self { response } else { nil } }
    var refusal: R.Refusal? { if case .refused(let reason, _) = self { reason } else { nil } }
    var refusalMessage: String? { if case .refused(_, let message) = self { message } else { nil } }
    var fault: Fault? { if case .fault(let fault) = self { fault } else { nil } }
}
