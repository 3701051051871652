import Access
import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import Erasure
import HolderContracts
import Policy
import Runtime
import SQLite
import Wire

/// Keeps the conversations: takes in what channels delivered, once and in any order, and lets those read who may.
public final class ConversationStore: Sendable {
    public static let methods = ConversationStoreCatalogue.methods + HolderCatalogue.methods

    private let process: ServiceProcess
    let database: Database
    let store: ConversationStoreStore
    let digester: DeliveryDigester
    let access: AccessFollower
    private let disclosures: DisclosureOutbox
    private let polls: LongPolls
    private let holder: Holder
    let residue: OwedResidue
    let indexer: SearchIndexer
    private let stored, repeated, keptOut, waiting: Metrics.Counter

    /// - Parameters:
    ///   - accounts: how intake is reached, where not over the mesh.
    ///   - coordinator: how deletion-coordinator is.
    public init(
        _ process: ServiceProcess, _ database: Database, accounts: (any Transport)? = nil, coordinator: (any Transport)? = nil
    ) throws {
        self.process = process
        self.database = database
        digester = DeliveryDigester(
            lookupKey: process.secret(KeyName.lookupKey(.conversationStore)), erasure: ErasureDigester(peppers: process.peppers()))
        store = try ConversationStoreStore(database, clock: process.system.clock, digester: digester.erasure)
        access = try AccessFollower(process, database, intake: accounts)
        disclosures = try DisclosureOutbox(process, database, to: coordinator)
        polls = process.longPolls("conversations.feed")
        holder = Holder(process, database, store)
        residue = OwedResidue(process, database)
        indexer = SearchIndexer(process, database, store)
        stored = process.metrics.counter("events.stored")
        repeated = process.metrics.counter("events.repeated")
        keptOut = process.metrics.counter("events.keptOut")
        waiting = process.metrics.counter("statuses.waiting")
        process.router.on(AppendEvents.self, append)
        process.router.on(ListConversations.self, list)
        process.router.on(ReadConversation.self, read)
        process.router.on(SearchConversations.self, search)
        process.router.on(UpdateConversation.self, update)
        process.router.on(MarkConversationRead.self, markRead)
        process.router.on(ReadConversationFeed.self, feed)
        process.router.on(ListNotices.self, notices)
        process.router.on(RecordProfile.self, recordProfile)
        process.router.on(RecordInsights.self, recordInsights)
        process.router.on(ReadInsights.self, readInsights)
        process.router.on(ReadParticipant.self, readParticipant)
        process.router.on(LinkParticipants.self, link)
        process.router.on(UnlinkParticipants.self, unlink)
        process.router.on(SetParticipantFields.self, setFields)
        process.router.on(RestrictParticipant.self, restrict)
        process.router.on(RecordObjection.self, object)
    }

    public func start() throws {
        try holder.start()
        access.start()
        disclosures.start()
        residue.start()
        indexer.start()
    }

    public func stop() {
        indexer.stop()
        residue.stop()
        disclosures.stop()
        access.stop()
    }

    private func append(_ request: AppendEvents, _ reply: Reply<AppendEvents>) {
        // A workspace that the facts don't name yet is intake's to know: facts may come later than its first events.
        if access.facts.workspace(request.workspace)?.isTerminated == true {
            return reply.refuse(.workspaceTerminated, "the workspace's agreement has ended: nothing more is stored for it")
        }
        guard let delivery = digester.prepare(request) else {
            return reply.fault(
                .malformed, "events: each has an id, a name of its person, its status if it is one, and the target that its kind needs")
        }
        let isQueued = database.writer.submit("append events") { [store] connection in
            try store.append(delivery, connection)
        } completion: { [self] result in
            switch result {
            case .success(let appended): finish(appended, reply)
            case .failure(let error): fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    private func finish(_ appended: Appended, _ reply: Reply<AppendEvents>) {
        store.committed(appended)
        let response = appended.response
        if response.stored > 0 { stored.add(response.stored) }
        if response.repeated > 0 { repeated.add(response.repeated) }
        if response.keptOut > 0 { keptOut.add(response.keptOut) }
        if appended.waiting > 0 { waiting.add(appended.waiting) }
        if appended.withdrawn > 0 { residue.owe() }
        if response.stored > appended.waiting { indexer.wake() }
        reply.ok(response)
        if response.stored > appended.waiting { polls.wake() }
    }

    private func list(_ request: ListConversations, _ reply: Reply<ListConversations>) {
        do {
            let member = Self.member(of: reply.caller, in: request.workspace)
            let response = try database.read("list conversations") { try store.list(request, for: member, $0) }
            let shown = hidesContacts(reply.caller, request.workspace) ? ContactMask.masked(response) : response
            show(shown, reply, of: request.workspace, items: response.conversations.count)
        } catch { fail(error, reply) }
    }

    private func read(_ request: ReadConversation, _ reply: Reply<ReadConversation>) {
        do {
            guard let (response, messages) = try database.read("read conversation", { try store.read(request, $0) }) else {
                return reply.refuse(.unknownConversation, "the workspace has no such conversation")
            }
            let isLook = reply.caller.actor?.role == .support
            guard isLook || hidesContacts(reply.caller, request.workspace) else { return reply.ok(response, with: messages) }
            let namesGiven = try database.read("names given") { connection in
                try (response.participants ?? [response.participant]).flatMap { try store.namesGiven(by: $0.id, connection) }
            }
            let shown = ContactMask.masked(try messages.filling(response), namesGiven: namesGiven)
            let subject = shown.media == nil ? digester.erasure.tag(.participant(shown.participant.id)) : nil
            show(shown, reply, of: request.workspace, items: shown.messages.count, about: subject)
        } catch {
            fail(error, reply)
        }
    }

    /// Answers. Support looks by the workspace's grant: each look is on record before anything is shown.
    func show<R: Request>(
        _ response: R.Response, _ reply: Reply<R>, of workspace: WorkspaceID, items: Int, about subject: String? = nil
    ) {
        guard let actor = reply.caller.actor, actor.role == .support else { return reply.ok(response) }
        let look = Disclosure(
            to: Recipient(.support, actor.member), R.contract.reads, items: Int64(items), for: actor.role.purpose(of: R.contract.purpose),
            of: workspace, about: subject, role: actor.role, at: process.system.clock.now)
        disclosures.disclose(look, reply) { reply.ok(response) }
    }

    private func notices(_ request: ListNotices, _ reply: Reply<ListNotices>) {
        do {
            let response = ListNotices.Response(notices: try database.read("list notices") { try store.notices(request, $0) })
            reply.ok(hidesContacts(reply.caller, request.workspace) ? ContactMask.masked(response) : response)
        } catch {
            fail(error, reply)
        }
    }

    func hidesContacts(_ caller: Caller, _ workspace: WorkspaceID) -> Bool {
        access.facts.hidesContacts(from: caller.actor, in: workspace)
    }

    private func feed(_ request: ReadConversationFeed, _ reply: Reply<ReadConversationFeed>) {
        let mark = polls.mark()
        do {
            let news = try changes(after: request.after)
            if !news.changes.isEmpty || news.restarted || request.waitMilliseconds == 0 { return reply.ok(news) }
        } catch {
            return fail(error, reply)
        }
        polls.hold(since: mark, milliseconds: request.waitMilliseconds) { [self] in
            do { reply.ok(try changes(after: request.after)) } catch { fail(error, reply) }
        }
    }

    private func changes(after cursor: Cursor) throws -> ReadConversationFeed.Response {
        try database.read("read feed") { try store.changes(after: cursor, $0) }
    }

    func fail<R: Request>(_ error: any Error, _ reply: Reply<R>) {
        process.log.event("requestFailed", level: .error, ("method", .safe(R.contract.method)), ("error", .safe("\(error)")))
        reply.fault(.unavailable, "conversation-store could not finish \(R.contract.method): try again")
    }
}
