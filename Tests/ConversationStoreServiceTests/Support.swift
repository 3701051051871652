import ConversationStoreContracts
import Domain
import Erasure
import Foundation
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import SQLite
import Testing
import Threads
import Wire

@testable import ConversationStoreService

/// 2026-01-01T12:00:00Z.
let noon = Timestamp(rawValue: 1_767_268_800_000)
let shop = WorkspaceID(rawValue: "ws_shop")
let line = Channel(WorkspaceID(rawValue: "ws_shop"), ChannelID(rawValue: "ch_line"), Account(.whatsapp, "100200300400"))

/// A channel of a workspace, as intake names it.
struct Channel {
    let workspace: WorkspaceID
    let id: ChannelID
    let account: Account

    init(_ workspace: WorkspaceID, _ id: ChannelID, _ account: Account) {
        self.workspace = workspace
        self.id = id
        self.account = account
    }
}

/// Time that a test sets.
final class SetClock: Clock, @unchecked Sendable {  // `time` is guarded by `lock`.
    private let lock = Lock()
    private var time = noon

    var now: Timestamp {
        get { lock.withLock { time } }
        set { lock.withLock { time = newValue } }
    }
    var monotonicMilliseconds: Int64 { now.rawValue }
}

/// The service over a real file, spoken to through its router as its peers do.
final class StoreFixture {
    let folder: String
    let clock = SetClock()
    private(set) var process: ServiceProcess
    private(set) var database: Database
    private(set) var service: ConversationStore

    init() throws {
        folder = NSTemporaryDirectory() + "store-" + UUID().uuidString
        try KeyFolder.createMissing(dataFolder: folder)
        (process, database, service) = try StoreFixture.open(folder, clock)
    }

    deinit {
        database.close()
        do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }

    /// As after a stop or a crash: all memory is new, the file is the same.
    func reopen() throws {
        database.close()
        (process, database, service) = try StoreFixture.open(folder, clock)
    }

    private static func open(_ folder: String, _ clock: SetClock) throws -> (ServiceProcess, Database, ConversationStore) {
        var environment = EnvironmentReader(["MESH_DATA": folder, "MESH_BASE_PORT": "0"], service: .conversationStore)
        let real = System.real()
        let system = System(clock: clock, scheduler: real.scheduler, random: real.random)
        let process = try ServiceProcess(
            service: .conversationStore, configuration: ServiceConfiguration(&environment), system: system,
            log: Log(service: "conversation-store", system: system) { _ in })
        let database = process.database(migrations: ConversationStoreMigrations.all)
        return (process, database, try ConversationStore(process, database))
    }

    /// Facts as `access.feed` would have brought them; all memory is new then.
    func know(_ facts: [AccessFact]) throws {
        try database.writer.write("facts") { connection in
            for fact in facts {
                try connection.run(
                    "INSERT OR REPLACE INTO access_facts (subject, fact) VALUES (?, ?)", .text(fact.subject),
                    .blob(FieldVisitor.write(fact)))
            }
        }
        try reopen()
    }

    func erasePortion(of workspace: WorkspaceID, limit: Int) throws -> [String: Int64] {
        try database.writer.write("portion") { [store = service.store] in
            var subject = Subject(workspace: workspace)
            subject.isWhole = true
            return try store.erasePortion(of: subject, limit: limit, $0)
        }
    }

    // MARK: Requests

    func put<R: Request>(_ request: R, as peer: Peer) -> Outcome<R> { LocalTransport(process.router, as: peer).call(request) }

    /// The response of a request that must succeed.
    func answer<R: Request>(_ request: R, as peer: Peer) throws -> R.Response {
        switch put(request, as: peer) {
        case .ok(let response): return response
        case .refused(let reason, _): throw Unexpected(text: reason.rawValue)
        case .fault(let fault): throw fault
        }
    }

    /// As somebody whom the gate lets in would get them.
    func notices(_ request: ListNotices) throws -> [Notice] { try database.read { try service.store.notices(request, $0) } }
    func search(_ request: SearchConversations, masked: Bool = false) throws -> SearchConversations.Response {
        try database.read { connection in
            try service.store.search(request, SearchQuery(request.query), connection) { text, participant in
                masked ? ContactMask.masked(text, of: participant) : text
            }
        }
    }
    func insights(_ request: ReadInsights) throws -> [Insight] { try database.read { try service.store.insights(request, $0) } }

    @discardableResult
    func append(_ events: ChannelEvent..., on channel: Channel = line) throws -> AppendEvents.Response {
        try append(events, on: channel)
    }

    @discardableResult
    func append(_ events: [ChannelEvent], on channel: Channel = line) throws -> AppendEvents.Response {
        try answer(
            AppendEvents(
                key: RequestKey("k"), workspace: channel.workspace, channel: channel.id, account: channel.account, events: events),
            as: .intake)
    }

    func list(_ workspace: WorkspaceID = shop, limit: Int64 = 100, before: MessageID? = nil) throws -> [Conversation] {
        let mark = before.map(ListConversations.PageMark.init(lastMessage:))
        return try answer(ListConversations(workspace: workspace, limit: limit, before: mark), as: .handoffContext).conversations
    }

    func read(_ conversation: ConversationID, limit: Int64 = 200, before: MessageID? = nil) throws -> ReadConversation.Response {
        try answer(ReadConversation(workspace: shop, conversation: conversation, limit: limit, before: before), as: .handoffContext)
    }

    /// The messages of the only conversation.
    func onlyMessages() throws -> [Message] {
        let conversations = try list()
        try #require(conversations.count == 1)
        return try read(conversations[0].id).messages
    }

    func feed(after cursor: Cursor = Cursor(), waitMilliseconds: Int64 = 0) throws -> ReadConversationFeed.Response {
        try answer(ReadConversationFeed(after: cursor, waitMilliseconds: waitMilliseconds), as: .handoffContext)
    }

    /// As the indexer does it, until it is through.
    func index() throws {
        while try database.writer.write("index", { [store = service.store] in try store.indexNext($0) }) > 0 {}
    }

    /// Until the index holds all that is there.
    func waitForIndex() throws {
        let isThere = { [database] in
            try database.read {
                try $0.first("SELECT indexed_until >= coalesce((SELECT max(id) FROM messages), 0) FROM search_progress") { $0.bool(0) }
            } ?? false
        }
        let deadline = ContinuousClock.now + .seconds(10)
        while try !isThere() {
            try #require(ContinuousClock.now < deadline)
            sched_yield()
        }
    }

    func terms() throws -> [String] {
        try database.read { connection in
            var terms: [String] = []
            try connection.each("SELECT DISTINCT term FROM search_terms ORDER BY term") { terms.append($0.text(0)) }
            return terms
        }
    }

    func rows(_ table: String) throws -> Int64 { try database.read { try $0.first("SELECT count(*) FROM \(table)") { $0.int(0) } ?? 0 } }

    // MARK: Erasure, as the coordinator does it

    func digester() throws -> ErasureDigester { ErasureDigester(peppers: try process.keys.peppers()) }

    func place(_ names: [ErasedName], cutoff: Timestamp) throws {
        let digester = try digester()
        _ = try answer(
            PlaceTombstones(deletion: DeletionID(rawValue: 1), tombstones: names.map { digester.tombstone($0, cutoff: cutoff) }),
            as: .deletionCoordinator)
    }

    @discardableResult
    func erase(_ aliases: Alias..., on channel: Channel = line) throws -> ErasureReceipt {
        let subject = try answer(CollectSubject(subject: Subject(workspace: shop, aliases: aliases)), as: .deletionCoordinator).subject
        let names = subject.aliases.filter { $0.kind != .username }
        try place(names.map { .person(channel.workspace, channel.account, $0) }, cutoff: clock.now)
        return try answer(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)
    }

    /// Whether any byte of the files is of this text. A child process looks: a descriptor of ours, once closed, would drop SQLite's locks.
    func filesHold(_ text: String) throws -> Bool {
        let search = Process()
        search.executableURL = URL(fileURLWithPath: "/bin/grep")
        search.arguments = ["-qaF", text, database.path, database.path + "-wal"]
        try search.run()
        search.waitUntilExit()
        try #require(search.terminationStatus < 2)
        return search.terminationStatus == 0
    }
}

struct Unexpected: Error { let text: String }

/// Numbers that are the same in every run: a linear congruential generator is enough to shuffle.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

// MARK: Samples, each with what matters said

let ada = ParticipantIdentity(phone: "15550001111", name: "Ada Sample")
let ben = ParticipantIdentity(phone: "15550002222", name: "Ben Example")
let adasPhone = Alias(.whatsapp, .phone, "15550001111")
let bensPhone = Alias(.whatsapp, .phone, "15550002222")

func message(_ id: String, from person: ParticipantIdentity = ada, _ text: String = "Hello", at time: Timestamp = noon) -> ChannelEvent {
    var event = ChannelEvent(kind: .message, id: id, participant: person, sentAt: time, receivedAt: time)
    event.type = "text"
    event.text = text
    return event
}

func echo(_ id: String, to person: ParticipantIdentity = ada, _ text: String = "Good day", at time: Timestamp = noon) -> ChannelEvent {
    var event = message(id, from: person, text, at: time)
    event.kind = .echo
    return event
}

func reply(_ id: String, to person: ParticipantIdentity = ada, _ text: String = "Good day", at time: Timestamp = noon) -> ChannelEvent {
    var event = message(id, from: person, text, at: time)
    event.kind = .reply
    event.author = .assistant
    return event
}

func status(
    _ id: String, _ status: ChannelEvent.Status, to person: ParticipantIdentity = ada, at time: Timestamp = noon
) -> ChannelEvent {
    var event = ChannelEvent(kind: .status, id: id, participant: person, sentAt: time, receivedAt: time)
    event.status = status
    return event
}

/// What somebody did to a message that is there, or will be: an edit, an unsend, a reaction, a read.
func happening(
    _ kind: ChannelEvent.Kind, _ id: String, to target: String, from person: ParticipantIdentity = ada,
    by author: ChannelEvent.Author? = nil, _ text: String? = nil, at time: Timestamp = noon
) -> ChannelEvent {
    var event = ChannelEvent(kind: kind, id: id, participant: person, sentAt: time, receivedAt: time)
    event.author = author
    event.text = text
    event.details = EventDetails()
    event.details?.target = target
    return event
}

extension Timestamp {
    func adding(seconds: Int64) -> Timestamp { adding(milliseconds: seconds * 1000) }
    func adding(days: Int64) -> Timestamp { adding(milliseconds: days * 86_400_000) }
}

/// Passes a call on and keeps the reply's bytes.
final class ReplyRecorder: Transport, @unchecked Sendable {  // Used by one thread at a time.
    private let transport: LocalTransport
    private(set) var reply: [UInt8] = []

    init(_ transport: LocalTransport) { self.transport = transport }

    func exchange(
        timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void
    ) { transport.exchange(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame, receive: receive) }

    func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8]) -> ReplyBytes {
        let outcome = transport.exchangeBlocking(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame)
        if case .frame(let bytes, let range) = outcome { reply = Array(bytes[range]) }
        return outcome
    }
}
