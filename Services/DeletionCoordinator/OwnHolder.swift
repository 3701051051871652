import Access
import Domain
import Erasure
import HolderContracts
import Runtime
import SQLite

/// deletion-coordinator as a holder of personal data: what it holds of people are the requests themselves, and that their data was given
/// to somebody.
///
/// An open request names its person until all have proved, and is nobody's leftover; a closed one names nobody. Should one do so all the
/// same, it counts here and is erased here.
struct OwnHolder: HolderStore {
    let facts: AccessFacts
    let store: DeletionCoordinatorStore
    let digester: ErasureDigester
    let spool: NoticeSpool
    private let process: ServiceProcess

    init(_ process: ServiceProcess, facts: AccessFacts, store: DeletionCoordinatorStore, digester: ErasureDigester, spool: NoticeSpool) {
        self.process = process
        self.facts = facts
        self.store = store
        self.digester = digester
        self.spool = spool
    }

    /// Adds the accounts on which the workspace's people may be met, which every service is told by `access.feed`.
    func collect(_ subject: Subject, _ connection: Connection) throws -> CollectSubject.Response {
        if subject.isWhole == true {
            let count = try DeletionCoordinatorStore.disclosureCount(of: subject.workspace, connection)
            return CollectSubject.Response(subject: subject, rows: ["disclosures": count])
        }
        var known = subject
        known.formUnion(Subject(workspace: subject.workspace, accounts: facts.accounts(of: subject.workspace)))
        return CollectSubject.Response(
            subject: known,
            rows: [
                "subjects": Int64(try leftovers(of: subject, connection).count),
                "correspondents": Int64(try store.answeredAddresses(subject.contacts, connection).count),
                "disclosures": try DeletionCoordinatorStore.disclosureCount(about: digests(of: subject), connection)
            ])
    }

    func erase(_ subject: Subject, _ connection: Connection) throws -> [String: Int64] {
        let leftovers = try leftovers(of: subject, connection)
        for deletion in leftovers { try DeletionCoordinatorStore.forget(deletion, connection) }
        let disclosures = try DeletionCoordinatorStore.anonymizeDisclosures(about: digests(of: subject), connection)
        // What still lies there for them: the answer to this request tells them the same.
        let answered = try store.answeredAddresses(subject.contacts, connection)
        for request in answered {
            try spool.remove(try DeletionCoordinatorStore.files(of: request, connection))
            try DeletionCoordinatorStore.forgetAddress(of: request, connection)
        }
        return ["subjects": Int64(leftovers.count), "correspondents": Int64(answered.count), "disclosures": disclosures]
    }

    /// An open request names its person and goes on where it stood; nobody else is named here but workspaces.
    func returned(_ digester: ErasureDigester, _ connection: Connection) throws -> [Subject] {
        var workspaces: Set<WorkspaceID> = []
        try connection.each("SELECT DISTINCT workspace FROM disclosures WHERE workspace IS NOT NULL") {
            workspaces.insert(WorkspaceID(rawValue: $0.text(0)))
        }
        return try Tombstones.erasedWorkspaces(workspaces, digester, connection)
    }

    func beginAnew(numbersFrom: Int64, _ connection: Connection) throws {
        try DeletionCoordinatorStore.anonymizeDisclosuresOfErased(connection)
        try DeletionCoordinatorStore.writeAgain(connection)
        let holds = try StandingHolds(dataFolder: process.configuration.dataFolder)
        try DeletionCoordinatorStore.restore(holds, now: process.system.clock.now, connection)
    }

    /// Who got whose data stays on record, of nobody.
    func eraseWorkspace(_ workspace: WorkspaceID, limit: Int, _ connection: Connection) throws -> [String: Int64] {
        ["disclosures": try DeletionCoordinatorStore.anonymizeDisclosures(of: workspace, limit: limit, connection)]
    }

    /// The spool: a notice that waits for the mailer names whom it answers, anything else there would be a leftover.
    func papers() throws -> [Paper] {
        let waiting = Set(try store.waitingNotices().map(\.file))
        return try spool.names().map { Paper(path: spool.path(of: $0), table: waiting.contains($0) ? "notices" : nil) }
    }

    /// The scopes of holds name nothing of ours.
    func setAside(_ subject: Subject, _ connection: Connection) throws -> [String: Int64] { [:] }

    func expiring(_ expiry: ExpireData, _ connection: Connection) throws -> [ExpiringRows] {
        switch expiry.rule {
        case .requestRecords: DeletionCoordinatorStore.expiringRecords(until: expiry.until)
        case .requestIdentifiers: DeletionCoordinatorStore.expiringIdentifiers(until: expiry.until)
        case .messengerData, .comments, .handoffContext, .accountData, .consents, .forms, .support, .usage, .technical, .security, .billing,
            .exports, .outbox, .quarantine, .deliveryKeys, .outgoingKeys, .tombstones:
            []
        }
    }

    private func digests(of subject: Subject) -> [[UInt8]] { subject.participants.flatMap { digester.digests(.participant($0)) } }

    private func leftovers(of subject: Subject, _ connection: Connection) throws -> [DeletionID] {
        try store.closedSubjects(connection).filter { $0.1.sharesName(with: subject) }.map(\.0)
    }
}

extension Subject {
    fileprivate init(workspace: WorkspaceID, accounts: [Account]) {
        self.init(workspace: workspace)
        self.accounts = accounts
    }

    fileprivate func sharesName(with other: Subject) -> Bool {
        if let authorization, authorization == other.authorization { return true }
        if !Set(contacts.map(\.folded)).isDisjoint(with: other.contacts.map(\.folded)) { return true }
        return workspace == other.workspace && !Set(aliases).isDisjoint(with: other.aliases)
    }
}
