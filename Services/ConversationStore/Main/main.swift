import ConversationStoreService
import Runtime

let process = ServiceProcess.begin(.conversationStore)
let database = process.database(migrations: ConversationStoreMigrations.all)
let service = process.make { try ConversationStore(process, database) }
process.run(serving: ConversationStore.methods, start: service.start, stop: service.stop)
