import Testing
import Wire

struct SchemaTests {
    @Test func theSchemaOfEveryKindOfField() {
        let integer = #"{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}"#
        let inner =
            #"{"type":"object","properties":{"name":{"type":"string","maxLength":8},"note":{"type":"string","maxLength":8}},"required":["name"]}"#
        let golden =
            #"{"type":"object","properties":{"#
            + #""plain":{"type":"string","maxLength":1024},"#
            + #""short":{"type":"string","maxLength":4},"#
            + #""shortOptional":{"type":"string","maxLength":4},"#
            + #""number":"# + integer + ","
            + #""bounded":{"type":"integer","minimum":1,"maximum":10},"#
            + #""boundedOptional":{"type":"integer","minimum":-5,"maximum":5},"#
            + #""flag":{"type":"boolean"},"#
            + #""colour":{"enum":["red","green"]},"#
            + #""key":{"type":"string","minLength":1,"maxLength":64,"pattern":"^[A-Za-z0-9._:-]*$"},"#
            + #""inner":"# + inner + #","innerOptional":"# + inner + ","
            + #""list":{"type":"array","maxItems":2,"items":"# + inner + "},"
            + #""listOptional":{"type":"array","maxItems":3,"items":"# + integer + "},"
            + #""map":{"type":"object","additionalProperties":"# + integer + "},"
            + #""anything":{}},"#
            + #""required":["plain","short","number","bounded","flag","colour","inner","list","map","anything"]}"#
        #expect(text(FieldVisitor.schema(of: EveryKind.self)) == golden)
        #expect(strictFailure(FieldVisitor.schema(of: EveryKind.self)) == nil)
    }

    @Test func nothingHasNoRequiredMembers() {
        #expect(text(FieldVisitor.schema(of: Empty.self)) == #"{"type":"object","properties":{}}"#)
    }

    @Test func theCatalogueSaysAllThatAClientNeeds() {
        let router = Router(service: "sample")
        router.on(Store.self) { _, reply in reply.fault(.internal, "not called") }
        router.on(Greet.self) { _, reply in reply.fault(.internal, "not called") }
        router.seal(serving: ["sample.greet", "sample.store"])
        #expect(router.catalogue.map(\.method) == ["sample.greet", "sample.store"])
        let greet =
            #"{"method":"sample.greet","service":"sample","purpose":"provideService","reads":[],"writes":[],"callers":["intake"],"roles":["agent"],"#
            + #""repeats":"harmless","deadlineMilliseconds":2000,"request":{"type":"object","properties":{"name":{"type":"string","maxLength":64},"#
            + #""times":{"type":"integer","minimum":1,"maximum":3}},"required":["name"]},"#
            + #""response":{"type":"object","properties":{"greeting":{"type":"string","maxLength":5000000}},"required":["greeting"]},"#
            + #""refusals":["unknownName","tooLate"]}"#
        #expect(text(router.catalogue[0].json) == greet)
        #expect(text(router.catalogue[1].json).hasSuffix(#""refusals":[]}"#))
    }
}
