import Policy
import Runtime
import Wire

/// The data map as a Fides manifest: services as systems with their privacy declarations, files as datasets, tables as collections.
///
/// JSON, which every YAML reader takes; `fides` and `fideslang` load it from a file that ends in `.yml`.
struct FidesManifest {
    private static let organization = "botseller"

    private let map: DataMap

    init(_ map: DataMap) { self.map = map }

    var json: String {
        var writer = JSONWriter(reserving: 65_536)
        writer.beginObject()
        writer.list("organization", [FidesManifest.organization], FidesManifest.write(organization:to:))
        writer.list("data_category", FidesTaxonomy.categories, FidesManifest.write(term:to:))
        writer.list("data_use", FidesTaxonomy.uses, FidesManifest.write(term:to:))
        writer.list("data_subject", FidesTaxonomy.subjects, FidesManifest.write(subject:to:))
        writer.list("system", map.holders, write(system:to:))
        writer.list("dataset", map.holders, FidesManifest.write(dataset:to:))
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    // MARK: Terms

    private static func write(organization: String, to writer: inout JSONWriter) {
        writer.member("fides_key", organization)
        writer.member("name", "Botseller")
        writer.name("controller")
        writer.beginObject()
        writer.member("name", "Botseller")
        writer.member("email", "info@botseller.ru")
        writer.endObject()
    }

    private static func write(term: FidesExtension, to writer: inout JSONWriter) {
        write(subject: term, to: &writer)
        if let parent = term.parent { writer.member("parent_key", parent) }
    }

    private static func write(subject: FidesExtension, to writer: inout JSONWriter) {
        writer.member("fides_key", subject.key)
        writer.member("organization_fides_key", organization)
        writer.member("name", subject.name)
        writer.member("description", subject.description)
    }

    // MARK: Systems

    private func write(system holder: DataMap.Holder, to writer: inout JSONWriter) {
        let processings = map.processings(of: holder.name).map(\.processing)
        writer.member("fides_key", holder.name)
        writer.member("organization_fides_key", FidesManifest.organization)
        writer.member("name", holder.name)
        writer.member("system_type", "Service")
        writer.list("egress", MeshPlan.calls.filter { $0.caller.rawValue == holder.name }.map(\.callee), FidesManifest.write(flow:to:))
        let services = MeshPlan.calls.filter { MeshPlan.services.contains($0.caller) }
        writer.list("ingress", services.filter { $0.callee.rawValue == holder.name }.map(\.caller), FidesManifest.write(flow:to:))
        writer.words("dataset_references", [holder.name])
        let isProcessor = processings.contains(where: \.isForCustomer)
        writer.words("responsibility", ["Controller"] + (isProcessor ? ["Processor"] : []))
        writer.list("privacy_declarations", processings) { processing, writer in
            FidesManifest.write(declaration: processing, of: holder.name, to: &writer)
        }
    }

    private static func write(flow service: Peer, to writer: inout JSONWriter) {
        writer.member("fides_key", service.rawValue)
        writer.member("type", "system")
    }

    private static func write(declaration processing: Processing, of holder: String, to writer: inout JSONWriter) {
        let category = processing.category
        writer.member("name", "\(category.words) to \(processing.purpose.words), kept \(processing.retention)")
        writer.words("data_categories", [FidesTaxonomy.key(of: category)])
        writer.member("data_use", FidesTaxonomy.key(of: processing.purpose))
        writer.words("data_subjects", FidesTaxonomy.subjects(of: category))
        writer.words("dataset_references", [holder])
        if let basis = FidesTaxonomy.basis(processing.basis) { writer.member("legal_basis_for_processing", basis) }
        writer.member("retention_period", "\(processing.retention)")
    }

    // MARK: Datasets

    private static func write(dataset holder: DataMap.Holder, to writer: inout JSONWriter) {
        writer.member("fides_key", holder.name)
        writer.member("organization_fides_key", organization)
        writer.member("name", holder.name)
        writer.member("description", "The SQLite file of \(holder.name).")
        writer.list("collections", holder.tables) { table, writer in
            writer.member("name", table.name)
            writer.list("fields", table.columns, write(field:to:))
        }
    }

    private static func write(field column: DataMap.Column, to writer: inout JSONWriter) {
        writer.member("name", column.name)
        guard let use = column.use else { return writer.member("description", "No personal data.") }
        writer.member("description", "Kept \(use.kept); on an erasure: \(column.erasure.words).")
        writer.words("data_categories", [FidesTaxonomy.key(of: use.category)])
        writer.words("data_uses", use.purposes.map(FidesTaxonomy.key(of:)))
        writer.words("data_subjects", FidesTaxonomy.subjects(of: use.category))
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: StaticString, _ value: String) {
        member(name)
        string(value)
    }

    fileprivate mutating func words(_ name: StaticString, _ words: [String]) {
        member(name)
        beginArray()
        for word in words { string(word) }
        endArray()
    }

    /// An array of objects; `members` writes what stands in each.
    fileprivate mutating func list<Item>(_ name: StaticString, _ items: [Item], _ members: (Item, inout JSONWriter) -> Void) {
        member(name)
        beginArray()
        for item in items {
            beginObject()
            members(item, &self)
            endObject()
        }
        endArray()
    }
}
