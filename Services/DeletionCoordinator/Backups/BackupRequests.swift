import DeletionCoordinatorContracts
import Wire

/// Requests about the register of backups.
extension DeletionCoordinator {
    func registerBackups() {
        process.router.on(RecordBackup.self, recordBackup)
        process.router.on(ListBackups.self, listBackups)
    }

    func recordBackup(_ request: RecordBackup, _ reply: Reply<RecordBackup>) {
        let (backup, now) = (request.backup, process.system.clock.now)
        guard backup.madeAt < backup.expiresAt else { return reply.refuse(.endsBeforeItBegins, "a backup ends after it is made") }
        write("record backup", reply) { connection in
            try DeletionCoordinatorStore.record(backup, now: now, connection)
        } then: { last in
            reply.ok(RecordBackup.Response(lastExpiresAt: last))
        }
    }

    func listBackups(_ request: ListBackups, _ reply: Reply<ListBackups>) {
        read(reply) { ListBackups.Response(backups: try store.backups(limit: request.limit, before: request.before)) }
    }
}
