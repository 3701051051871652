import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import SQLite
import Wire

/// All SQL of deletion-coordinator. What takes a `Connection` runs inside a job of the writer.
struct DeletionCoordinatorStore: Sendable {
    let database: Database
    let seal: SubjectSeal

    // MARK: Requests

    static func enrol(_ petition: Petition, _ connection: Connection) throws -> Enrolment { try enrol([petition], connection)[0] }

    /// Takes the petitions of one request in: as a repeat of a known one, as one more for a deletion that has yet to begin, or as a new
    /// deletion. One enrolment each; of a repeat, as many as there were the first time.
    static func enrol(_ petitions: [Petition], _ connection: Connection) throws -> [Enrolment] {
        guard let first = petitions.first else { preconditionFailure("a request asks for something") }
        let known = try repeated(first, connection)
        return known.isEmpty ? try petitions.map { try enrolNew($0, connection) } : known
    }

    private static func enrolNew(_ petition: Petition, _ connection: Connection) throws -> Enrolment {
        let waiting = try waiting(for: petition, connection)
        let deletion = try waiting ?? insert(petition, connection)
        if waiting != nil { try hasten(deletion, petition, connection) }
        try connection.run(
            "INSERT INTO requests (key, digest, code_digest, chat_digest, deletion, requested_at) VALUES (?, ?, ?, ?, ?, ?)",
            .text(petition.key.rawValue), .blob(petition.digest), .blob(petition.codeDigest),
            petition.chatDigest.map(SQLValue.blob) ?? .null, .integer(deletion.rawValue), .integer(petition.now.rawValue))
        let step = try connection.first("SELECT step FROM deletions WHERE id = ?", .integer(deletion.rawValue)) { try readStep($0, 0) }
        if let sealedAddress = petition.sealedAddress { try setAddress(sealedAddress, of: petition, deletion, connection) }
        return Enrolment(kind: waiting == nil ? .new : .joined, deletion: deletion, state: (step ?? .received).state)
    }

    private static func repeated(_ petition: Petition, _ connection: Connection) throws -> [Enrolment] {
        var known: [Enrolment] = []
        try connection.each(
            """
            SELECT requests.digest, deletions.id, step FROM requests JOIN deletions ON deletions.id = deletion
            WHERE key = ? ORDER BY deletions.id
            """, .text(petition.key.rawValue)
        ) { row in
            guard row.blob(0) == petition.digest else { throw KeyReused() }
            known.append(
                Enrolment(kind: .repeated, deletion: DeletionID(rawValue: row.int(1)), state: try readStep(row, 2).state))
        }
        return known
    }

    /// The deletion that a petition may join: one whose cut-off will lie after the petition, so that all that its person left is erased.
    ///
    /// One that is due is none: it may pin its cut-off at this very moment, and be stored with it after us.
    private static func waiting(for petition: Petition, _ connection: Connection) throws -> DeletionID? {
        guard let digest = petition.subjectDigest else { return nil }
        return try connection.first(
            """
            SELECT id FROM deletions WHERE subject_digest = ?1
                AND (step IN ('received', 'acknowledged', 'awaitingController') OR step = 'scheduled' AND scheduled_for > ?2)
            """, .blob(digest), .integer(petition.now.rawValue)
        ) { DeletionID(rawValue: $0.int(0)) }
    }

    private static func insert(_ petition: Petition, _ connection: Connection) throws -> DeletionID {
        if let digest = petition.subjectDigest {
            // One that is due and has not begun may still hold the place of the one to join.
            try connection.run("UPDATE deletions SET subject_digest = NULL WHERE subject_digest = ?", .blob(digest))
        }
        try connection.run(
            """
            INSERT INTO deletions (kind, source, proof, workspace, subject_digest, policy_version, received_at, is_approved, window_ms,
                step, next_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'received', ?)
            """, .text(petition.kind.rawValue), .text(petition.source.rawValue), SQLValue(petition.proof?.rawValue),
            SQLValue(petition.workspace?.rawValue), petition.subjectDigest.map(SQLValue.blob) ?? .null, .text(petition.policyVersion),
            .integer(petition.receivedAt.rawValue), SQLValue(petition.source.decides), .integer(petition.windowMilliseconds),
            .integer(petition.now.rawValue))
        let deletion = DeletionID(rawValue: connection.lastInsertedRow)
        try setSubject(petition.sealedSubject, of: deletion, connection)
        return deletion
    }

    /// Who asks for it at once shall not wait for the window of who asked before, who decides not for their own decision, and the clocks
    /// count from whoever asked first.
    private static func hasten(_ deletion: DeletionID, _ petition: Petition, _ connection: Connection) throws {
        try connection.run(
            """
            UPDATE deletions SET received_at = min(received_at, ?2), window_ms = min(window_ms, ?3), is_approved = max(is_approved, ?4),
                scheduled_for = min(scheduled_for, ?5), next_at = CASE step WHEN 'scheduled' THEN min(next_at, ?5) ELSE next_at END
            WHERE id = ?1
            """, .integer(deletion.rawValue), .integer(petition.receivedAt.rawValue), .integer(petition.windowMilliseconds),
            SQLValue(petition.source.decides), .integer(petition.now.adding(milliseconds: petition.windowMilliseconds).rawValue))
    }

    /// The deletion whose page showed this code, for the chat.
    func deletion(ofChatDigest digest: [UInt8]) throws -> DeletionID? {
        try database.read("chat code") { connection in
            try connection.first("SELECT deletion FROM requests WHERE chat_digest = ?", .blob(digest)) { DeletionID(rawValue: $0.int(0)) }
        }
    }

    // MARK: Runs

    /// What a step leaves behind beside the run itself.
    enum Evidence: Sendable {
        case receipt(ErasureReceipt, leg: Int)
        case proof(ProveErasure.Response, leg: Int)
    }

    /// Stores a run as it stands, and its evidence; `sealedSubject` when its subject has grown. Nobody joins a run that has begun, and
    /// nobody's name is left in the request once the run knows none.
    ///
    /// What those who join may change meanwhile (`hasten`) is not taken back: the shorter window counts, and an agreement stands.
    static func advance(
        _ run: ErasureRun, sealedSubject: [UInt8]?, now: Timestamp, nextAt: Timestamp?, evidence: Evidence?, _ connection: Connection
    ) throws {
        let id = SQLValue.integer(run.deletion.rawValue)
        try connection.run(
            """
            UPDATE deletions SET step = ?2, leg = ?3, round = ?4, is_covered = ?5, found = ?6, cutoff = ?7, failed_attempts = ?8,
                setbacks = ?9, next_at = ?10, verified_at = ?11, completed_at = ?12, kept_in = ?14, kept_until = ?15, erased_in = ?16,
                subject_digest = CASE WHEN ?13 THEN subject_digest END
            WHERE id = ?1
            """, id, .text(run.step.rawValue), SQLValue(run.leg), .integer(run.round), SQLValue(run.isCovered),
            SQLValue(run.found.map { $0 ? 1 : 0 }), SQLValue(run.cutoff?.rawValue), .integer(run.failedAttempts), .integer(run.setbacks),
            SQLValue(nextAt?.rawValue), SQLValue(run.verifiedAt?.rawValue), SQLValue(run.completedAt?.rawValue),
            SQLValue(run.step.isBeforeErasing), SQLValue(names(of: run.keeping.holders)),
            SQLValue(run.keeping.until?.rawValue), SQLValue(names(of: run.erased)))
        if run.step.isBeforeErasing || run.step.isEnd { try decide(run, now: now, connection) }
        if run.step == .clearing || run.step.isEnd {
            try connection.run("DELETE FROM subjects WHERE deletion = ?", id)
        } else if let sealedSubject {
            try setSubject(sealedSubject, of: run.deletion, connection)
        }
        switch evidence {
        case .receipt(let receipt, let leg):
            try connection.run(
                "INSERT OR REPLACE INTO receipts (deletion, leg, receipt) VALUES (?, ?, ?)", id, SQLValue(leg),
                .blob(FieldVisitor.write(receipt)))
        case .proof(let proof, let leg):
            try connection.run(
                "INSERT OR REPLACE INTO proofs (deletion, leg, proof) VALUES (?, ?, ?)", id, SQLValue(leg), .blob(FieldVisitor.write(proof))
            )
        case nil: break
        }
    }

    /// What was decided about a run before it begins.
    private static func decide(_ run: ErasureRun, now: Timestamp, _ connection: Connection) throws {
        let id = SQLValue.integer(run.deletion.rawValue)
        let workspace = run.subject.workspace == .nobodys ? nil : run.subject.workspace.rawValue
        try connection.run(
            """
            UPDATE deletions SET proof = ?2, workspace = coalesce(workspace, ?3), acknowledged_at = ?4, is_approved = max(is_approved, ?5),
                window_ms = min(window_ms, ?6), decide_by = ?7, ground = ?8, contact = ?9, scheduled_for = ?10
            WHERE id = ?1
            """, id, SQLValue(run.proof?.rawValue), SQLValue(workspace), SQLValue(run.acknowledgedAt?.rawValue),
            SQLValue(run.isApproved), .integer(run.windowMilliseconds), SQLValue(run.decideBy?.rawValue),
            SQLValue(run.refusal?.ground.rawValue), SQLValue(run.refusal?.contact), SQLValue(run.scheduledFor?.rawValue))
        guard run.step == .scheduled else { return }
        try connection.run(
            """
            UPDATE deletions SET scheduled_for = min(scheduled_for, ?2 + window_ms), next_at = min(scheduled_for, ?2 + window_ms)
            WHERE id = ?1
            """, id, .integer(now.rawValue))
    }

    /// Every open run goes on at once, but for those whose time has not come.
    static func resume(now: Timestamp, _ connection: Connection) throws {
        try connection.run(
            """
            UPDATE deletions SET next_at = ?1 WHERE next_at > ?1
                AND (step NOT IN ('awaitingIdentity', 'awaitingController', 'scheduled', 'held') OR step = 'awaitingController' AND is_approved)
            """, .integer(now.rawValue))
    }

    /// For a run that can't be read: nothing else of it is changed.
    static func putAside(_ deletion: DeletionID, until time: Timestamp, _ connection: Connection) throws {
        try connection.run(
            "UPDATE deletions SET failed_attempts = failed_attempts + 1, next_at = ? WHERE id = ?", .integer(time.rawValue),
            .integer(deletion.rawValue))
    }

    /// The runs to be taken up, the longest waiting first.
    func due(now: Timestamp, limit: Int) throws -> [DeletionID] {
        try database.read("due deletions") { connection in
            var due: [DeletionID] = []
            try connection.each(
                "SELECT id FROM deletions WHERE next_at <= ? ORDER BY next_at LIMIT ?", .integer(now.rawValue),
                SQLValue(limit)
            ) { due.append(DeletionID(rawValue: $0.int(0))) }
            return due
        }
    }

    /// When the next run after `now` is to be taken up.
    func nextDue(after now: Timestamp) throws -> Timestamp? {
        try database.read("next deletion") { connection in
            try connection.first("SELECT min(next_at) FROM deletions WHERE next_at > ?", .integer(now.rawValue)) {
                $0.optionalInt(0).map(Timestamp.init(rawValue:))
            } ?? nil
        }
    }

    func run(_ deletion: DeletionID) throws -> ErasureRun? {
        try database.read("erasure run") { connection in
            try connection.first(
                """
                SELECT kind, source, step, leg, round, is_covered, found, cutoff, failed_attempts, setbacks, verified_at,
                    completed_at, workspace, subject, proof, is_approved, window_ms, decide_by, scheduled_for, acknowledged_at, ground,
                    contact, kept_in, kept_until, erased_in
                FROM deletions LEFT JOIN subjects ON deletion = id WHERE id = ?
                """, .integer(deletion.rawValue)
            ) { try readRun($0, deletion) }
        }
    }

    // MARK: As a holder

    /// Closed deletions that still name somebody, with whom they name. There should be none.
    func closedSubjects(_ connection: Connection) throws -> [(DeletionID, Subject)] {
        var closed: [(DeletionID, Subject)] = []
        try connection.each(
            "SELECT deletion, subject FROM subjects JOIN deletions ON id = deletion WHERE step = 'clearing' OR next_at IS NULL"
        ) { closed.append((DeletionID(rawValue: $0.int(0)), try seal.open($0.blob(1)))) }
        return closed
    }

    static func forget(_ deletion: DeletionID, _ connection: Connection) throws {
        try connection.run("DELETE FROM subjects WHERE deletion = ?", .integer(deletion.rawValue))
    }

    // MARK: Rows

    private static func setSubject(_ sealed: [UInt8], of deletion: DeletionID, _ connection: Connection) throws {
        try connection.run(
            "INSERT OR REPLACE INTO subjects (deletion, subject) VALUES (?, ?)", .integer(deletion.rawValue),
            .blob(sealed))
    }

    static func readStep(_ row: borrowing Row, _ column: Int) throws -> ErasureStep {
        guard let step = ErasureStep(rawValue: row.text(column)) else { throw UnreadableRow(table: "deletions") }
        return step
    }

    private static func names(of holders: Set<Peer>) -> String { holders.map(\.rawValue).sorted().joined(separator: " ") }

    static func readHolders(_ text: String?) -> Set<Peer> {
        Set((text ?? "").split(separator: " ").compactMap { Peer(rawValue: String($0)) })
    }

    static func readWord<Word: WireWord>(_ row: borrowing Row, _ column: Int) throws -> Word {
        guard let word = Word(rawValue: row.text(column)) else { throw UnreadableRow(table: "deletions") }
        return word
    }

    static func readOptionalWord<Word: WireWord>(_ row: borrowing Row, _ column: Int) throws -> Word? {
        guard let text = row.optionalText(column) else { return nil }
        guard let word = Word(rawValue: text) else { throw UnreadableRow(table: "deletions") }
        return word
    }

    private func readRun(_ row: borrowing Row, _ deletion: DeletionID) throws -> ErasureRun {
        let subject = try row.optionalBlob(13).map { try seal.open($0) }
        var run = ErasureRun(
            deletion: deletion, kind: try DeletionCoordinatorStore.readWord(row, 0),
            source: try DeletionCoordinatorStore.readWord(row, 1), proof: try DeletionCoordinatorStore.readOptionalWord(row, 14),
            subject: subject ?? Subject(workspace: row.optionalText(12).map(WorkspaceID.init(rawValue:)) ?? .nobodys))
        run.step = try DeletionCoordinatorStore.readStep(row, 2)
        run.leg = Int(row.int(3))
        run.round = row.int(4)
        run.isCovered = row.bool(5)
        run.found = row.optionalInt(6).map { $0 != 0 }
        run.cutoff = row.optionalInt(7).map(Timestamp.init(rawValue:))
        run.failedAttempts = row.int(8)
        run.setbacks = row.int(9)
        run.verifiedAt = row.optionalInt(10).map(Timestamp.init(rawValue:))
        run.completedAt = row.optionalInt(11).map(Timestamp.init(rawValue:))
        run.isApproved = row.bool(15)
        run.windowMilliseconds = row.int(16)
        run.decideBy = row.optionalInt(17).map(Timestamp.init(rawValue:))
        run.scheduledFor = row.optionalInt(18).map(Timestamp.init(rawValue:))
        run.acknowledgedAt = row.optionalInt(19).map(Timestamp.init(rawValue:))
        if let ground: Deletion.Ground = try DeletionCoordinatorStore.readOptionalWord(row, 20) {
            run.refusal = ErasureRun.Refusal(ground: ground, contact: row.optionalText(21))
        }
        run.keeping = Keeping(
            holders: DeletionCoordinatorStore.readHolders(row.optionalText(22)),
            until: row.optionalInt(23).map(Timestamp.init(rawValue:)))
        run.erased = DeletionCoordinatorStore.readHolders(row.optionalText(24))
        return run
    }
}

/// A row that this binary didn't write: the file is damaged, or newer.
struct UnreadableRow: Error, CustomStringConvertible {
    let table: String

    var description: String { "a row of \(table) can't be read: restore the file, or start the binary that wrote it" }
}
