import IntakeContracts
import IntakeService
import Runtime

let process = ServiceProcess.begin(.intake)
let database = process.database(migrations: IntakeMigrations.all)
let service = process.make { Intake(process, database) }
process.run(serving: IntakeCatalogue.methods, doors: service.doors, start: service.start, stop: service.stop)
