import Domain
import HandoffContextContracts
import Runtime
import SQLite
import Wire

/// Requests about a workspace's assistant and the model that it may have for summaries.
extension Handoff {
    func registerAssistants() {
        process.router.on(ConfigureAssistant.self, configureAssistant)
        process.router.on(ReadAssistant.self, readAssistant)
    }

    private func configureAssistant(_ request: ConfigureAssistant, _ reply: Reply<ConfigureAssistant>) {
        guard isKnown(request.workspace) else { return reply.refuse(.unknownWorkspace, "open it with workspaces.open first") }
        if isTerminated(request.workspace) { return reply.refuse(.workspaceTerminated, Handoff.terminated) }
        if let summariser = request.summariser, !summarisers.knows(summariser.host) {
            return reply.refuse(.unknownHost, "the operator has not configured this host: see MESH_HANDOFF_CONTEXT_SUMMARISERS")
        }
        let now = process.system.clock.now
        write("configure assistant", reply) { [store] connection in
            try store.configure(request.assistant, request.summariser, of: request.workspace, now: now, connection)
        } then: {
            reply.ok(Empty())
        }
    }

    private func readAssistant(_ request: ReadAssistant, _ reply: Reply<ReadAssistant>) {
        do {
            let response = try database.read("assistant") { connection in
                ReadAssistant.Response(
                    assistant: try store.assistant(of: request.workspace, connection),
                    summariser: try store.summariser(of: request.workspace, connection))
            }
            reply.ok(response)
        } catch {
            fail(error, reply)
        }
    }
}
