import HolderContracts
import Runtime
import Wire

/// `scan`: asks every holder to look for a person's names in its tables and in every byte of its files.
struct ScanCommand {
    private let mesh: Mesh
    private let person: PersonArguments
    private let isJSON: Bool

    init(_ arguments: Arguments) throws {
        try arguments.allow("--workspace", "--platform", "--igsid", "--phone", "--bsuid")
        person = try PersonArguments(arguments)
        isJSON = arguments.has("--json")
        mesh = try Mesh(arguments)
    }

    /// Exit 0 when there is no trace.
    func run() throws -> Int32 {
        let subject = Subject(workspace: person.workspace, aliases: [person.alias])
        let proofs = try MeshPlan.services.map { try mesh.call($0, ProveErasure(subject: subject, scan: true)) }
        if isJSON {
            var writer = JSONWriter()
            writer.beginArray()
            for proof in proofs { FieldVisitor.write(proof, into: &writer) }
            writer.endArray()
            Terminal.say(String(decoding: writer.bytes, as: UTF8.self))
        } else {
            DeletionReport.proofs(proofs, "")
        }
        let hasTraces = proofs.contains { proof in
            proof.rows.values.contains { $0 > 0 } || (proof.scan.map { $0.residue + $0.other > 0 || !$0.live.isEmpty } ?? true)
        }
        return hasTraces ? Exit.refused : Exit.ok
    }
}
