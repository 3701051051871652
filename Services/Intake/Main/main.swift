import IntakeContracts
import IntakeService
import Runtime

let (process, configuration) = ServiceProcess.begin(.intake, IntakeConfiguration.init)
let database = process.database(migrations: IntakeMigrations.all)
let service = process.make { try Intake(process, configuration, database) }
process.run(serving: IntakeCatalogue.methods, doors: service.doors, start: service.start, stop: service.stop)
