import HolderContracts
import MeshContracts
import Policy
import Runtime
import Wire

/// `contracts`: what the running services say they serve, as one catalogue.
struct ContractsCommand {
    private let mesh: Mesh

    init(_ arguments: Arguments) throws {
        try arguments.allow()
        mesh = try Mesh(arguments)
    }

    func run() throws -> Int32 {
        var writer = JSONWriter(reserving: 65_536)
        writer.beginObject()
        writer.name("methods")
        writer.beginArray()
        for service in MeshPlan.services {
            for method in try mesh.call(service, ReadContracts()).methods { writer.raw(method.bytes) }
        }
        writer.endArray()
        writer.endObject()
        Terminal.say(String(decoding: writer.bytes, as: UTF8.self))
        return Exit.ok
    }
}

/// `datamap`: every column of every service.
struct DataMapCommand {
    private let mesh: Mesh
    private let isJSON: Bool

    init(_ arguments: Arguments) throws {
        try arguments.allow()
        mesh = try Mesh(arguments)
        isJSON = arguments.has("--json")
    }

    func run() throws -> Int32 {
        let holders = try MeshPlan.services.map { try mesh.call($0, DescribeHolder()) }
        if isJSON {
            var writer = JSONWriter()
            writer.beginArray()
            for holder in holders { FieldVisitor.write(holder, into: &writer) }
            writer.endArray()
            Terminal.say(String(decoding: writer.bytes, as: UTF8.self))
        } else {
            let rows = holders.flatMap { holder in
                holder.columns.filter { $0.category != nil }.map { column in
                    [
                        holder.holder, "\(column.table).\(column.column)", column.category ?? "", column.purposes.joined(separator: ","),
                        column.basis ?? "", column.retention ?? "", column.erasure
                    ]
                }
            }
            Terminal.table(["service", "column", "category", "purposes", "basis", "kept", "erasure"], rows)
        }
        return Exit.ok
    }
}
