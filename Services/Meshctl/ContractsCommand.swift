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
