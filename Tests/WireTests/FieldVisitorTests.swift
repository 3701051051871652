import Testing
import Wire

struct FieldVisitorTests {
    private func read<Value: Fields>(_ type: Value.Type, _ text: String, refusesUnknown: Bool = false) throws -> Value {
        try FieldVisitor.read(type, from: Array(text.utf8), refusesUnknown: refusesUnknown)
    }

    @Test func everyKindIsWrittenInTheOrderOfItsFieldsAndComesBack() throws {
        let bytes = FieldVisitor.write(EveryKind.full)
        let golden =
            #"{"plain":"pläin","short":"äöü😀","shortOptional":"","number":-9223372036854775808,"bounded":10,"boundedOptional":-5,"flag":true,"#
            + #""colour":"green","key":"k-1","inner":{"name":"a\"b"},"innerOptional":{"name":"","note":"n"},"#
            + #""list":[{"name":"1"},{"name":"2","note":"two"}],"listOptional":[1,-2,3],"map":{"\n":3,"a":1,"b":2},"anything":[1,{"x":null}]}"#
        #expect(text(bytes) == golden)
        #expect(try FieldVisitor.read(EveryKind.self, from: bytes) == EveryKind.full)
        #expect(try FieldVisitor.read(EveryKind.self, from: bytes, refusesUnknown: true) == EveryKind.full)
    }

    @Test func absentOptionalsAreNotWritten() throws {
        let bytes = FieldVisitor.write(EveryKind())
        let golden =
            #"{"plain":"","short":"","number":0,"bounded":1,"flag":false,"colour":"red","inner":{"name":""},"list":[],"map":{},"anything":null}"#
        #expect(text(bytes) == golden)
        #expect(try FieldVisitor.read(EveryKind.self, from: bytes) == EveryKind())
    }

    @Test func membersMayComeInAnyOrderWithUnknownOnesAmongThem() throws {
        var orders: [[String]] = [[]]
        for member in Five.members {
            orders = orders.flatMap { order in
                (0...order.count).map { index in Array(order[..<index]) + [member] + Array(order[index...]) }
            }
        }
        #expect(orders.count == 120)
        for order in orders {
            let object = "{\(order.joined(separator: " , "))}"
            #expect(try read(Five.self, object) == Five.full)
            #expect(try read(Five.self, object, refusesUnknown: true) == Five.full)
            for index in 0...order.count {
                var more = order
                more.insert(#""new":{"first":[9,{"second":null}]}"#, at: index)
                let extended = "{\(more.joined(separator: ","))}"
                #expect(try read(Five.self, extended) == Five.full)
                let refusal = failure(reading: Five.self, from: extended, refusesUnknown: true)
                #expect(refusal == WireError(.shape, "expected no other members"))
            }
        }
    }

    @Test func aMemberThatStandsTwiceIsRefusedWhereverItStands() {
        for twin in Five.members {
            for name in [twin, "\"\\u0066" + twin.dropFirst(2)] where twin.hasPrefix("\"f") || name == twin {
                for index in 0...Five.members.count {
                    var members = Five.members
                    members.insert(name, at: index)
                    #expect(failure(reading: Five.self, from: "{\(members.joined(separator: ","))}")?.kind == .syntax, "\(members)")
                    members.reverse()
                    #expect(failure(reading: Five.self, from: "{\(members.joined(separator: ","))}")?.kind == .syntax, "\(members)")
                }
            }
        }
        #expect(failure(reading: Five.self, from: "{\(Five.members.joined(separator: ",")),\"x\":1,\"\\u0078\":2}")?.kind == .syntax)
        #expect(failure(reading: [String: Int64].self, from: #"{"a":1,"\u0061":2}"#)?.kind == .syntax)
    }

    @Test func namesWithEscapesAreTheSameNames() throws {
        let escaped = "{\(Five.members.joined(separator: ","))}".replacing("\"fi", with: "\"\\u0066\\u0069")
        #expect(try read(Five.self, escaped) == Five.full)
    }

    @Test func aMissingMemberIsNamed() {
        for index in Five.members.indices {
            var members = Five.members
            members.remove(at: index)
            let name = ["first", "second", "third", "fourth", "fifth"][index]
            for order in [members, members.reversed()] {
                let refusal = failure(reading: Five.self, from: "{\(order.joined(separator: ","))}")
                #expect(refusal == WireError(.shape, "expected member \"\(name)\""))
            }
        }
        #expect(failure(reading: Five.self, from: "{}") == WireError(.shape, "expected member \"first\""))
    }

    /// Each changes one member of the full value; what stands there breaks a limit or is of another kind.
    @Test(arguments: [
        (#""short":"äöü😀""#, #""short":"äöü😀x""#, "short: expected at most 4 characters"),
        (#""shortOptional":"""#, #""shortOptional":"abcde""#, "shortOptional: expected at most 4 characters"),
        (#""shortOptional":"""#, #""shortOptional":null"#, "shortOptional: expected a string"),
        (#""bounded":10"#, #""bounded":11"#, "bounded: expected an integer from 1 to 10"),
        (#""bounded":10"#, #""bounded":0"#, "bounded: expected an integer from 1 to 10"),
        (#""bounded":10"#, #""bounded":1.0"#, "bounded: expected an integer that 64 bits hold"),
        (#""bounded":10"#, #""bounded":"1""#, "bounded: expected an integer"),
        (#""boundedOptional":-5"#, #""boundedOptional":-6"#, "boundedOptional: expected an integer from -5 to 5"),
        (#""boundedOptional":-5"#, #""boundedOptional":null"#, "boundedOptional: expected an integer"),
        (#""flag":true"#, #""flag":1"#, "flag: expected true or false"),
        (#""flag":true"#, #""flag":null"#, "flag: expected true or false"),
        (#""colour":"green""#, #""colour":"blue""#, "colour: expected one of red, green"),
        (#""key":"k-1""#, #""key":"""#, "key: expected at least 1 characters"),
        (#""inner":{"name":"a\"b"}"#, #""inner":{}"#, "inner: expected member \"name\""),
        (#""inner":{"name":"a\"b"}"#, #""inner":{"name":"123456789"}"#, "inner.name: expected at most 8 characters"),
        (#""inner":{"name":"a\"b"}"#, #""inner":null"#, "inner: expected an object"),
        (#""innerOptional":{"name":"","note":"n"}"#, #""innerOptional":null"#, "innerOptional: expected an object"),
        (#""list":[{"name":"1"},"#, #""list":[{"name":"1"},{"name":"1"},"#, "list: expected at most 2 items"),
        (#""list":[{"name":"1"},"#, #""list":[{"name":1},"#, "list.name: expected a string"),
        (#""listOptional":[1,-2,3]"#, #""listOptional":[1,-2,3,4]"#, "listOptional: expected at most 3 items"),
        (#""listOptional":[1,-2,3]"#, #""listOptional":null"#, "listOptional: expected an array"),
        (#""map":{"\n":3,"#, #""map":{"\n":"3","#, "map: expected an integer"),
        (#""map":{"\n":3,"a":1,"b":2}"#, #""map":[1]"#, "map: expected an object")
    ])
    func aLimitThatIsBrokenIsNamedWithItsPlace(right: String, wrong: String, message: String) {
        let whole = text(FieldVisitor.write(EveryKind.full))
        #expect(whole.contains(right))
        #expect(failure(reading: EveryKind.self, from: whole) == nil)
        #expect(failure(reading: EveryKind.self, from: whole.replacing(right, with: wrong)) == WireError(.shape, message))
        let unordered = "{\"later\":0," + whole.dropFirst()
        #expect(failure(reading: EveryKind.self, from: unordered.replacing(right, with: wrong)) == WireError(.shape, message))
    }

    @Test func noCutOfAMessageIsTaken() {
        let whole = text(FieldVisitor.write(EveryKind.full))
        for count in 0..<whole.utf8.count {
            let cut = Array(whole.utf8.prefix(count))
            do throws(WireError) {
                _ = try FieldVisitor.read(EveryKind.self, from: cut)
                Issue.record("took the first \(count) bytes")
            } catch { #expect(!error.message.isEmpty) }
        }
        #expect(failure(reading: EveryKind.self, from: whole + " x")?.kind == .syntax)
    }

    @Test func valuesThatAreCarriedOrIgnoredAreCheckedToo() {
        for odd in ["[1,]", "{\"a\":1,\"a\":2}", "\"\\ud800\"", "01", "1e400"] {
            #expect(failure(reading: EveryKind.Inner.self, from: "{\"name\":\"\",\"unknown\":\(odd)}")?.kind == .syntax)
            #expect(failure(reading: RawJSON.self, from: odd)?.kind == .syntax)
        }
    }

    @Test func writingLeavesTheValueAlone() {
        let value = EveryKind.full
        let first = FieldVisitor.write(value)
        #expect(value == EveryKind.full)
        #expect(FieldVisitor.write(value) == first)
    }
}
