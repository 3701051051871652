import Policy

/// One method as `mesh.contracts` prints it, so that a program in another language can be written from it.
public struct CatalogueEntry: Sendable {
    public let contract: Contract
    public let service: String
    public var method: String { contract.method }
    /// The whole entry as JSON.
    public let json: [UInt8]

    @usableFromInline
    init<R: Request>(_ type: R.Type, service: String) {
        let contract = R.contract
        self.contract = contract
        self.service = service
        var writer = JSONWriter(reserving: 2048)
        writer.beginObject()
        writer.member("method")
        writer.string(contract.method)
        writer.member("service")
        writer.string(service)
        writer.member("purpose")
        writer.string(contract.purpose.rawValue)
        CatalogueEntry.list(&writer, "reads", contract.reads.map(\.rawValue))
        CatalogueEntry.list(&writer, "writes", contract.writes.map(\.rawValue))
        CatalogueEntry.list(&writer, "callers", contract.callers.map(\.rawValue))
        CatalogueEntry.list(&writer, "roles", contract.roles.map(\.rawValue))
        writer.member("repeats")
        writer.string(contract.repeats.rawValue)
        writer.member("deadlineMilliseconds")
        writer.int(contract.deadlineMilliseconds)
        writer.member("request")
        writer.raw(FieldVisitor.schema(of: R.self))
        writer.member("response")
        writer.raw(FieldVisitor.schema(of: R.Response.self))
        CatalogueEntry.list(&writer, "refusals", R.Refusal.self == NoRefusal.self ? [] : R.Refusal.allCases.map(\.rawValue))
        writer.endObject()
        json = writer.bytes
    }

    private static func list(_ writer: inout JSONWriter, _ name: StaticString, _ words: [String]) {
        writer.member(name)
        writer.beginArray()
        for word in words { writer.string(word) }
        writer.endArray()
    }
}
