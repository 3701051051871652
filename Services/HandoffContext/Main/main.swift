import HandoffContextContracts
import HandoffContextService
import Runtime

let (process, configuration) = ServiceProcess.begin(.handoffContext, HandoffConfiguration.init)
let database = process.database(migrations: HandoffContextMigrations.all)
let service = process.make { try Handoff(process, configuration, database) }
process.run(serving: HandoffContextCatalogue.methods, start: service.start, stop: service.stop)
