import DeletionCoordinatorContracts
import Domain
import Erasure
import HolderContracts
import Policy
import SQLite
import Wire

/// How long workspaces keep what is theirs, and what the runs did.
extension DeletionCoordinatorStore {
    // MARK: Rules

    /// nil: Botseller's own length again.
    static func set(_ rule: Retention, of workspace: WorkspaceID, days: Int64?, now: Timestamp, _ connection: Connection) throws {
        let place = [SQLValue.text(workspace.rawValue), .text(rule.rawValue)]
        guard let days else {
            try connection.run("DELETE FROM retention_rules WHERE workspace = ? AND rule = ?", place)
            return
        }
        try connection.run(
            "INSERT OR REPLACE INTO retention_rules (workspace, rule, days, set_at) VALUES (?, ?, ?, ?)",
            place + [.integer(days), .integer(now.rawValue)])
    }

    func ownLengths() throws -> RetentionPlan.OwnLengths {
        try database.read("retention rules") { connection in
            var own: RetentionPlan.OwnLengths = [:]
            try connection.each("SELECT workspace, rule, days FROM retention_rules") { row in
                own[WorkspaceID(rawValue: row.text(0)), default: [:]][try DeletionCoordinatorStore.readWord(row, 1)] = row.int(2)
            }
            return own
        }
    }

    // MARK: Runs

    static func begin(isScheduled: Bool, now: Timestamp, _ connection: Connection) throws -> RetentionRunID {
        try connection.run(
            "INSERT INTO retention_runs (started_at, is_scheduled) VALUES (?, ?)", .integer(now.rawValue), SQLValue(isScheduled))
        return RetentionRunID(rawValue: connection.lastInsertedRow)
    }

    static func record(_ result: RetentionResult, of run: RetentionRunID, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO retention_results (run, workspace, result) VALUES (?, ?, ?)", .integer(run.rawValue),
            SQLValue(result.workspace?.rawValue), .blob(FieldVisitor.write(result)))
    }

    static func end(_ run: RetentionRunID, now: Timestamp, _ connection: Connection) throws {
        try connection.run("UPDATE retention_runs SET ended_at = ? WHERE id = ?", .integer(now.rawValue), .integer(run.rawValue))
    }

    /// When the last run by the clock began that came to its end.
    func lastScheduledRun() throws -> Timestamp? {
        try database.read("last retention run") { connection in
            try connection.first("SELECT max(started_at) FROM retention_runs WHERE is_scheduled = 1 AND ended_at IS NOT NULL") {
                $0.optionalInt(0).map(Timestamp.init(rawValue:))
            } ?? nil
        }
    }

    /// The newest first; of one workspace with what was done to its data alone.
    func runs(of workspace: WorkspaceID?, limit: Int64, before: RetentionRunID?) throws -> [RetentionRun] {
        try database.read("retention runs") { connection in
            var runs: [RetentionRun] = []
            try connection.each(
                "SELECT id, started_at, ended_at, is_scheduled FROM retention_runs WHERE id < ? ORDER BY id DESC LIMIT ?",
                .integer(before?.rawValue ?? .max), .integer(limit)
            ) { row in
                var run = RetentionRun()
                run.id = RetentionRunID(rawValue: row.int(0))
                run.startedAt = Timestamp(rawValue: row.int(1))
                run.endedAt = row.optionalInt(2).map(Timestamp.init(rawValue:))
                run.isScheduled = row.bool(3)
                runs.append(run)
            }
            for index in runs.indices {
                try connection.each(
                    """
                    SELECT result FROM retention_results WHERE run = ?1 AND (?2 IS NULL OR workspace = ?2) ORDER BY id LIMIT ?3
                    """, SQLValue(runs[index].id?.rawValue), SQLValue(workspace?.rawValue), SQLValue(RetentionRun.resultsMax)
                ) { runs[index].results.append(try FieldVisitor.read(RetentionResult.self, from: $0.blob(0))) }
            }
            return runs
        }
    }

    // MARK: What holds keep

    /// Whom and what standing holds keep of messages. What a deletion's hold is about is told by the deletion.
    func held(now: Timestamp) throws -> RetentionPlan.Held {
        var deletions: [DeletionID] = []
        var held = RetentionPlan.Held()
        try database.read("standing holds") { connection in
            try connection.each(
                """
                SELECT target, workspace, deletion, subject, scope FROM holds WHERE lifted_at IS NULL AND (ends_at IS NULL OR ends_at > ?)
                """, .integer(now.rawValue)
            ) { row in
                let target: Hold.Target = try DeletionCoordinatorStore.readWord(row, 0)
                guard DeletionCoordinatorStore.readScope(row.text(4)).contains(.messages) else { return }
                switch target {
                case .workspace: if let workspace = row.optionalText(1) { held.workspaces.insert(WorkspaceID(rawValue: workspace)) }
                case .person: if let sealed = row.optionalBlob(3) { held.people.append(try seal.open(sealed)) }
                case .deletion: if let deletion = row.optionalInt(2) { deletions.append(DeletionID(rawValue: deletion)) }
                }
            }
        }
        for subject in try deletions.compactMap({ try run($0)?.subject }) {
            if subject.isWhole == true { held.workspaces.insert(subject.workspace) } else { held.people.append(subject) }
        }
        return held
    }

    // MARK: As a holder

    /// Closed deletions with their requests, receipts and proofs; holds that were lifted; disclosures, which are over when they happened; and
    /// the runs themselves.
    static func expiringRecords(until: Timestamp) -> [ExpiringRows] {
        let values = [SQLValue.integer(until.rawValue)]
        return [
            ExpiringRows("deletions", due: "SELECT id FROM deletions WHERE completed_at <= ?", values),
            ExpiringRows("holds", due: "SELECT id FROM holds WHERE coalesce(lifted_at, ends_at) <= ?", values),
            ExpiringRows("disclosures", due: "SELECT id FROM disclosures WHERE recorded_at <= ?", values),
            ExpiringRows("retention_runs", due: "SELECT id FROM retention_runs WHERE started_at <= ?", values)
        ]
    }

    /// Whom a closed request or a hold that has ended names. A request forgets it when it ends, a hold when it is lifted; one that ended by
    /// itself does so now.
    static func expiringIdentifiers(until: Timestamp) -> [ExpiringRows] {
        let values = [SQLValue.integer(until.rawValue)]
        return [
            ExpiringRows(
                "subjects", keys: ["deletion"],
                due: "SELECT deletion FROM subjects JOIN deletions ON id = deletion WHERE completed_at <= ?", values),
            ExpiringRows("holds", due: "SELECT id FROM holds WHERE subject IS NOT NULL AND ends_at <= ?", values, change: "subject = NULL")
        ]
    }
}
