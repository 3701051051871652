import HandoffContextContracts
import HandoffContextService
import Runtime

let process = ServiceProcess.begin(.handoffContext)
let database = process.database(migrations: HandoffContextMigrations.all)
let service = process.make { try Handoff(process, database) }
process.run(serving: HandoffContextCatalogue.methods, start: service.start, stop: service.stop)
