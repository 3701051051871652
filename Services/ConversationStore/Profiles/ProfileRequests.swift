import ConversationStoreContracts
import Domain
import IntakeContracts
import SQLite
import Wire

/// What connectors fetch: people's public profiles, and numbers about accounts.
extension ConversationStore {
    func recordProfile(_ request: RecordProfile, _ reply: Reply<RecordProfile>) {
        guard let channel = access.facts.channel(request.channel), channel.workspace == request.workspace else {
            return reply.refuse(.unknownChannel, "the workspace has no such channel")
        }
        if channel.isEnded { return reply.refuse(.channelEnded, "connect the account again first") }
        guard request.person.platform == channel.account.platform, request.person.kind != .username else {
            return reply.fault(.malformed, "person: expected an igsid, bsuid or phone of the channel's platform")
        }
        let names = digester.names(of: request.person, on: channel.account, in: request.workspace)
        write("record profile", reply) { [store] connection in
            try store.record(request, names, connection)
        } then: { outcome in
            switch outcome {
            case .recorded: reply.ok(Empty())
            case .unknown: reply.refuse(.unknownParticipant, "nobody of that name wrote to the workspace")
            case .erased: reply.refuse(.personErased, "the person was erased since then")
            }
        }
    }

    func recordInsights(_ request: RecordInsights, _ reply: Reply<RecordInsights>) {
        guard let channel = access.facts.channel(request.channel), channel.workspace == request.workspace else {
            return reply.refuse(.unknownChannel, "the workspace has no such channel")
        }
        if channel.isEnded { return reply.refuse(.channelEnded, "connect the account again first") }
        guard channel.features.contains(.insights) else {
            return reply.refuse(.featureOff, "turn insights on with channels.setFeatures first")
        }
        write("record insights", reply) { [store] connection in
            try store.record(request, connection)
        } then: {
            reply.ok(Empty())
        }
    }

    func readInsights(_ request: ReadInsights, _ reply: Reply<ReadInsights>) {
        do { reply.ok(ReadInsights.Response(insights: try database.read("insights") { try store.insights(request, $0) })) } catch {
            fail(error, reply)
        }
    }

    func write<R: Request, Value: Sendable>(
        _ operation: String, _ reply: Reply<R>, _ work: @escaping @Sendable (Connection) throws -> Value,
        then: @escaping @Sendable (Value) -> Void
    ) {
        let isQueued = database.writer.submit(operation, work) { [self] result in
            switch result {
            case .success(let value): then(value)
            case .failure(let error): fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }
}
