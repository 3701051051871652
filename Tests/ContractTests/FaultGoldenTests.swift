import Testing
import Wire

/// The frames that say that the mesh or the machine broke.
@Suite struct FaultGoldenTests {
    private static let helloSuffix = "-hello"

    @Test func everyCodeHasAGoldenAndEveryGoldenACode() throws {
        let found = try Golden.names(in: Golden.faults).map { String($0.prefix { $0 != "-" }) }
        let problems = Completeness.problems(("codes", Fault.Code.allCases.map(\.rawValue)), ("goldens", Array(Set(found))))
        #expect(problems == [])
    }

    @Test func aFaultIsReadAndSentAgainByteForByte() throws {
        for name in try Golden.names(in: Golden.faults) {
            let golden = try Golden.read(Golden.faults, name)
            let isHello = name.hasSuffix(FaultGoldenTests.helloSuffix)
            let (id, fault) = isHello ? (nil, try hello(golden)) : try reply(golden)

            #expect(fault.code.rawValue == name.prefix { $0 != "-" })
            // Made anew from its code: whether it may be retried must follow from that alone.
            let again = Fault(fault.code, fault.message)
            let frame = isHello ? ServerHello.frame(again) : ReplyEnvelope.fault(id, again)
            #expect(text(frame.dropFirst(Frame.headerBytes)) == text(golden))
        }
    }

    @Test func aFaultThatPromisesARetryWronglyIsNoticed() throws {
        let golden = Array(#"{"id":7,"fault":{"code":"forbidden","retry":true,"message":"m"}}"#.utf8)
        let (id, fault) = try reply(golden)

        #expect(Array(ReplyEnvelope.fault(id, Fault(fault.code, fault.message)).dropFirst(Frame.headerBytes)) != golden)
    }

    private func reply(_ golden: [UInt8]) throws -> (id: Int64?, fault: Fault) {
        let envelope = try FieldVisitor.read(ReplyEnvelope.self, from: golden, refusesUnknown: true)
        #expect(envelope.ok == nil && envelope.refused == nil)
        return (envelope.id, try #require(envelope.fault))
    }

    private func hello(_ golden: [UInt8]) throws -> Fault {
        try FieldVisitor.read(HelloVerdict.self, from: golden, refusesUnknown: true).fault
    }

    /// As a client sees the end of a hello that failed.
    private struct HelloVerdict: Fields {
        var fault = Fault()

        mutating func visit(_ fields: inout FieldVisitor) { fields.field("fault", &fault) }
    }
}
