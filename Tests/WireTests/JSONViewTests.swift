import Testing
import Wire

struct JSONViewTests {
    private func view(_ text: String) throws -> JSONView { try JSONView(checking: Array(text.utf8)) }

    @Test func nestedValuesAreFoundByTheirNames() throws {
        let hook = try view(
            #"""
             {"entry" : [ {"id":"1","changes":[{"value":{"messages":[{"text":{"body":"a ] } \" , x"},"at":12,"ok":true},"odd",{"at":13}]}}]} ],
              "after":-5}
            """#)
        let messages = hook["entry"]?.elements?.first?["changes"]?.elements?.first?["value"]?["messages"]
        #expect(messages?.elements?.count == 3)
        #expect(messages?.elements?[0]["text"]?["body"]?.string == "a ] } \" , x")
        #expect(messages?.elements?[0]["at"]?.int == 12)
        #expect(messages?.elements?[0]["ok"]?.bool == true)
        #expect(messages?.elements?[1]["at"] == nil, "one odd event costs no neighbour")
        #expect(messages?.elements?[2]["at"]?.int == 13)
        #expect(hook["after"]?.int == -5)
        #expect(hook["missing"] == nil)
    }

    @Test func escapedNamesAreFoundByTheirText() throws {
        let hook = try view(#"{"\u0061b":1,"\"":2,"\ud83d\ude00":3,"e\u0301":4,"":5,"x\\":6}"#)
        #expect(hook["ab"]?.int == 1)
        #expect(hook["\""]?.int == 2)
        #expect(hook["😀"]?.int == 3)
        #expect(hook["e\u{301}"]?.int == 4)
        #expect(hook["\u{e9}"] == nil, "names are compared as they are, not as they look")
        #expect(hook[""]?.int == 5)
        #expect(hook["x\\"]?.int == 6)
        var names: [String] = []
        hook.members { name, _ in names.append(name) }
        #expect(names == ["ab", "\"", "😀", "e\u{301}", "", "x\\"])
    }

    @Test func whatIsBehindALongValueIsFoundAsWell() throws {
        let hook = try view(#"{"a":{"b":[[1,{"c":"}"}],"]",{}],"d":{}},"e":[],"f":{"g":[0]},"h":"x"}"#)
        #expect(hook["a"]?["b"]?.elements?.map { text($0.raw) } == [#"[1,{"c":"}"}]"#, #""]""#, "{}"])
        #expect(hook["a"]?["b"]?.elements?[0].elements?[1]["c"]?.string == "}")
        #expect(hook["a"]?["d"].map { text($0.raw) } == "{}")
        #expect(hook["e"]?.elements?.isEmpty == true)
        #expect(hook["f"]?["g"]?.elements?.map(\.int) == [0])
        #expect(hook["h"]?.string == "x")
        #expect(hook["c"] == nil && hook["g"] == nil && hook["b"] == nil, "what lies deeper is another's")
    }

    @Test func membersBesidesTheKnownAreNoticed() throws {
        let hook = try view(#"{"a":1,"\u0062":{"x":0},"":2}"#)
        #expect(!hook.hasMembers(besides: ["b", "a", "", "more"]))
        #expect(!hook.hasMembers(besides: ["a", ""], "b"))
        #expect(hook.hasMembers(besides: ["a", "b"]) && hook.hasMembers(besides: ["a", "", "x"]))
        #expect(try !view("[1]").hasMembers(besides: []) && !view("{}").hasMembers(besides: []))
    }

    @Test func aNameThatStandsTwiceIsNotedAndLeadsNowhere() throws {
        let hook = try view(#"{"a":[{"b":1,"c":2,"\u0062":3},{"b":4}],"d":5}"#)
        #expect(hook.hasRepeatedNames)
        let elements = hook["a"]?.elements ?? []
        #expect(elements.map { $0["b"]?.int } == [nil, 4])
        #expect(elements.first?["c"]?.int == 2)
        #expect(hook["d"]?.int == 5)
        // More than are compared one by one.
        let many = (0..<20).map { #""n\#($0)":0"# }.joined(separator: ",")
        #expect(try view("{\(many),\"n3\":1}").hasRepeatedNames)
        // Control.
        #expect(try !view("{\(many),\"m\":{\"n3\":1}}").hasRepeatedNames)
    }

    @Test func anotherKindIsNil() throws {
        let all = try view(#"[{"a":1},[1],"s",1,1.5,true,false,null,99999999999999999999]"#).elements ?? []
        #expect(all.count == 9)
        #expect(all.map { $0["a"] != nil } == [true, false, false, false, false, false, false, false, false])
        #expect(all.map { $0.elements != nil } == [false, true, false, false, false, false, false, false, false])
        #expect(all.map(\.string) == [nil, nil, "s", nil, nil, nil, nil, nil, nil])
        #expect(all.map(\.int) == [nil, nil, nil, 1, nil, nil, nil, nil, nil])
        #expect(all.map(\.bool) == [nil, nil, nil, nil, nil, true, false, nil, nil])
        var count = 0
        for value in all.dropFirst() { value.members { _, _ in count += 1 } }
        #expect(count == 0)
    }

    @Test func theRawBytesAreAsTheyCame() throws {
        let hook = try view(" { \"big\" : 1e999 , \"list\" : [ 1 , \"\\ud800\" ] } ")
        #expect(text(hook.raw) == "{ \"big\" : 1e999 , \"list\" : [ 1 , \"\\ud800\" ] }")
        #expect(hook["big"].map { text($0.raw) } == "1e999")
        #expect(hook["list"].map { text($0.raw) } == "[ 1 , \"\\ud800\" ]")
        #expect(hook["list"]?.elements?[1].string == "\u{FFFD}")
    }

    @Test func aLoneSurrogateBecomesTheReplacementCharacter() throws {
        #expect(try view(#""a\ud800b""#).string == "a\u{FFFD}b")
        #expect(try view(#""\ud800\ud83d\ude00\udc00""#).string == "\u{FFFD}😀\u{FFFD}")
    }

    @Test func scalarsStandAlone() throws {
        #expect(try view(" 12 ").int == 12)
        #expect(try view("\"x\"").string == "x")
        #expect(try view("true").bool == true)
        #expect(try view("[]").elements?.isEmpty == true)
        #expect(try view("[ ]").elements?.isEmpty == true)
        #expect(try view("{ }")["a"] == nil)
    }
}
