import DeletionCoordinatorContracts
import Domain
import Policy
import SQLite
import Wire

/// `disclosures.record` and `.list`: who got whose data, what for.
extension DeletionCoordinator {
    func registerDisclosures() {
        process.router.on(RecordDisclosure.self, recordDisclosure)
        process.router.on(ListDisclosures.self, listDisclosures)
    }

    private func recordDisclosure(_ request: RecordDisclosure, _ reply: Reply<RecordDisclosure>) {
        guard case .allowed = DeclaredPurpose(request.disclosure.purpose) else {
            return reply.refuse(.unknownPurpose, "expected one of \(Purpose.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let digest = codes.digest("disclosure", of: FieldVisitor.write(request))
        let now = process.system.clock.now
        write("record disclosure", reply) { connection in
            try DeletionCoordinatorStore.record(request, digest: digest, now: now, connection)
        } then: { id in
            guard let id else { return reply.refuse(.keyReused, "this key was given before, for something else: choose another one") }
            reply.ok(RecordDisclosure.Response(id: id))
        }
    }

    private func listDisclosures(_ request: ListDisclosures, _ reply: Reply<ListDisclosures>) {
        read(reply) { ListDisclosures.Response(disclosures: try store.disclosures(request)) }
    }
}
