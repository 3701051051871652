import DeletionCoordinatorService
import Runtime

let (process, configuration) = ServiceProcess.begin(.deletionCoordinator, DeletionCoordinatorConfiguration.init)
let database = process.database(migrations: DeletionCoordinatorMigrations.all)
let service = process.make { try DeletionCoordinator(process, configuration, database) }
process.run(serving: DeletionCoordinator.methods, doors: service.doors, start: service.start, stop: service.stop)
