import DeletionCoordinatorContracts
import Domain
import HolderContracts
import SQLite
import Wire

/// All SQL of deletion-coordinator. What takes a `Connection` runs inside a job of the writer.
struct DeletionCoordinatorStore: Sendable {
    let database: Database
    let seal: SubjectSeal

    // MARK: Requests

    /// Takes a petition in: as a repeat of a known one, as one more for a deletion that has yet to begin, or as a new deletion.
    static func enrol(_ petition: Petition, _ connection: Connection) throws -> Enrolment {
        if let repeated = try repeated(petition, connection) { return repeated }
        let waiting = try waiting(for: petition, connection)
        let deletion = try waiting ?? insert(petition, connection)
        if waiting != nil { try hasten(deletion, petition, connection) }
        try connection.run(
            "INSERT INTO requests (key, digest, code_digest, deletion, requested_at) VALUES (?, ?, ?, ?, ?)", .text(petition.key.rawValue),
            .blob(petition.digest), .blob(petition.codeDigest), .integer(deletion.rawValue), .integer(petition.now.rawValue))
        let step = try connection.first("SELECT step FROM deletions WHERE id = ?", .integer(deletion.rawValue)) { try readStep($0, 0) }
        return Enrolment(kind: waiting == nil ? .new : .joined, deletion: deletion, state: (step ?? .scheduled).state)
    }

    private static func repeated(_ petition: Petition, _ connection: Connection) throws -> Enrolment? {
        try connection.first(
            "SELECT requests.digest, deletions.id, step FROM requests JOIN deletions ON deletions.id = deletion WHERE key = ?",
            .text(petition.key.rawValue)
        ) { row in
            guard row.blob(0) == petition.digest else { throw KeyReused() }
            return Enrolment(kind: .repeated, deletion: DeletionID(rawValue: row.int(1)), state: try readStep(row, 2).state)
        }
    }

    /// The deletion that a petition may join: one whose cut-off will lie after the petition, so that all that its person left is erased.
    ///
    /// One that is due is none: it may pin its cut-off at this very moment, and be stored with it after us.
    private static func waiting(for petition: Petition, _ connection: Connection) throws -> DeletionID? {
        try connection.first(
            "SELECT id FROM deletions WHERE subject_digest = ? AND step = 'scheduled' AND scheduled_for > ?", .blob(petition.subjectDigest),
            .integer(petition.now.rawValue)
        ) { DeletionID(rawValue: $0.int(0)) }
    }

    private static func insert(_ petition: Petition, _ connection: Connection) throws -> DeletionID {
        // One that is due and has not begun may still hold the place of the one to join.
        try connection.run("UPDATE deletions SET subject_digest = NULL WHERE subject_digest = ?", .blob(petition.subjectDigest))
        try connection.run(
            """
            INSERT INTO deletions (kind, source, workspace, subject_digest, received_at, scheduled_for, step, next_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'scheduled', ?6)
            """, .text(petition.kind.rawValue), .text(petition.source.rawValue), SQLValue(petition.workspace?.rawValue),
            .blob(petition.subjectDigest), .integer(petition.receivedAt.rawValue), .integer(petition.scheduledFor.rawValue))
        let deletion = DeletionID(rawValue: connection.lastInsertedRow)
        try setSubject(petition.sealedSubject, of: deletion, connection)
        return deletion
    }

    /// Who asks for it at once shall not wait for the window of who asked before, and the 30 days count from whoever asked first.
    private static func hasten(_ deletion: DeletionID, _ petition: Petition, _ connection: Connection) throws {
        try connection.run(
            """
            UPDATE deletions SET received_at = min(received_at, ?2), scheduled_for = min(scheduled_for, ?3), next_at = min(next_at, ?3)
            WHERE id = ?1
            """, .integer(deletion.rawValue), .integer(petition.receivedAt.rawValue), .integer(petition.scheduledFor.rawValue))
    }

    // MARK: Runs

    /// What a step leaves behind beside the run itself.
    enum Evidence: Sendable {
        case receipt(ErasureReceipt, leg: Int)
        case proof(ProveErasure.Response, leg: Int)
    }

    /// Stores a run as it stands, and its evidence; `sealedSubject` when its subject has grown. Nobody joins a run that has begun, and
    /// nobody's name is left in the request once the run knows none.
    static func advance(
        _ run: ErasureRun, sealedSubject: [UInt8]?, nextAt: Timestamp, evidence: Evidence?, _ connection: Connection
    ) throws {
        let id = SQLValue.integer(run.deletion.rawValue)
        try connection.run(
            """
            UPDATE deletions SET step = ?2, leg = ?3, round = ?4, is_covered = ?5, found = ?6, cutoff = ?7, failed_attempts = ?8,
                setbacks = ?9, next_at = ?10, verified_at = ?11, completed_at = ?12,
                subject_digest = CASE ?2 WHEN 'scheduled' THEN subject_digest END
            WHERE id = ?1
            """, id, .text(run.step.rawValue), SQLValue(run.leg), .integer(run.round), SQLValue(run.isCovered),
            SQLValue(run.found.map { $0 ? 1 : 0 }), SQLValue(run.cutoff?.rawValue), .integer(run.failedAttempts), .integer(run.setbacks),
            .integer(nextAt.rawValue), SQLValue(run.verifiedAt?.rawValue), SQLValue(run.completedAt?.rawValue))
        if run.step == .clearing || run.step == .completed {
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

    /// Every open run goes on at once, but for those whose time has not come.
    static func resume(now: Timestamp, _ connection: Connection) throws {
        try connection.run(
            "UPDATE deletions SET next_at = ?1 WHERE step NOT IN ('scheduled', 'completed') AND next_at > ?1", .integer(now.rawValue))
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
                "SELECT id FROM deletions WHERE step <> 'completed' AND next_at <= ? ORDER BY next_at LIMIT ?", .integer(now.rawValue),
                SQLValue(limit)
            ) { due.append(DeletionID(rawValue: $0.int(0))) }
            return due
        }
    }

    /// When the next run after `now` is to be taken up.
    func nextDue(after now: Timestamp) throws -> Timestamp? {
        try database.read("next deletion") { connection in
            try connection.first("SELECT min(next_at) FROM deletions WHERE step <> 'completed' AND next_at > ?", .integer(now.rawValue)) {
                $0.optionalInt(0).map(Timestamp.init(rawValue:))
            } ?? nil
        }
    }

    func run(_ deletion: DeletionID) throws -> ErasureRun? {
        try database.read("erasure run") { connection in
            try connection.first(
                """
                SELECT kind, scheduled_for, step, leg, round, is_covered, found, cutoff, failed_attempts, setbacks, verified_at,
                    completed_at, workspace, subject
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
            "SELECT deletion, subject FROM subjects JOIN deletions ON id = deletion WHERE step IN ('clearing', 'completed')"
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

    static func readKind(_ row: borrowing Row, _ column: Int) throws -> Deletion.Kind {
        guard let kind = Deletion.Kind(rawValue: row.text(column)) else { throw UnreadableRow(table: "deletions") }
        return kind
    }

    private func readRun(_ row: borrowing Row, _ deletion: DeletionID) throws -> ErasureRun {
        let subject = try row.optionalBlob(13).map { try seal.open($0) }
        var run = ErasureRun(
            deletion: deletion, kind: try DeletionCoordinatorStore.readKind(row, 0), scheduledFor: Timestamp(rawValue: row.int(1)),
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
        return run
    }
}

/// A row that this binary didn't write: the file is damaged, or newer.
struct UnreadableRow: Error, CustomStringConvertible {
    let table: String

    var description: String { "a row of \(table) can't be read: restore the file, or start the binary that wrote it" }
}
