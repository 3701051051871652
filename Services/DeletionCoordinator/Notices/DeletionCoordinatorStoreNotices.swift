import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import SQLite
import Wire

/// Who is to be written to about a request, and what was written.
extension DeletionCoordinatorStore {
    /// A notice that is due.
    struct DueNotice: Sendable {
        let request: RequestKey
        let kind: Notice.Kind
        let address: Contact
    }

    /// A notice in the spool, as far as the file knows.
    struct WaitingNotice: Sendable {
        let request: RequestKey
        let kind: Notice.Kind
        let file: String
    }

    static let dueCountMax: Int64 = 100

    static func setAddress(_ sealed: [UInt8], of petition: Petition, _ deletion: DeletionID, _ connection: Connection) throws {
        try connection.run(
            "INSERT OR IGNORE INTO correspondents (request, deletion, address) VALUES (?, ?, ?)", .text(petition.key.rawValue),
            .integer(deletion.rawValue), .blob(sealed))
    }

    /// What each correspondent's deletions have come to that they were not told yet: a person who is erased everywhere is answered once,
    /// when all have ended. Who is answered at once is not told before that it has come.
    func dueNotices() throws -> [DueNotice] {
        try database.read("due notices") { connection in
            var due: [DueNotice] = []
            try connection.each(
                """
                WITH standing AS (
                    SELECT correspondents.request, address, min(step NOT IN ('received', 'acknowledged')) AS acknowledgement,
                        max(extended_ms > 0) AS extension, min(completed_at IS NOT NULL) AS answer
                    FROM correspondents JOIN requests ON requests.key = correspondents.request
                        JOIN deletions ON deletions.id = requests.deletion
                    GROUP BY correspondents.request
                ), wanted AS (
                    SELECT request, address, 'acknowledgement' AS kind FROM standing WHERE acknowledgement AND NOT answer
                    UNION ALL SELECT request, address, 'extension' FROM standing WHERE extension AND NOT answer
                    UNION ALL SELECT request, address, 'answer' FROM standing WHERE answer
                )
                SELECT request, address, kind FROM wanted
                WHERE NOT EXISTS (SELECT 1 FROM notices WHERE notices.request = wanted.request AND notices.kind = wanted.kind)
                LIMIT ?
                """, .integer(DeletionCoordinatorStore.dueCountMax)
            ) { row in
                guard let address = try seal.open(row.blob(1)).contacts.first else { throw UnreadableRow(table: "correspondents") }
                due.append(
                    DueNotice(
                        request: RequestKey(row.text(0)), kind: try DeletionCoordinatorStore.readWord(row, 2), address: address))
            }
            return due
        }
    }

    static func wrote(_ notice: DueNotice, as file: String, now: Timestamp, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT OR IGNORE INTO notices (request, deletion, kind, file, written_at)
            SELECT request, deletion, ?2, ?3, ?4 FROM correspondents WHERE request = ?1
            """, .text(notice.request.rawValue), .text(notice.kind.rawValue), .text(file), .integer(now.rawValue))
    }

    /// Those that no mailer was seen to have taken.
    func waitingNotices() throws -> [WaitingNotice] {
        try database.read("waiting notices") { connection in
            var waiting: [WaitingNotice] = []
            try connection.each(
                """
                SELECT notices.request, kind, file FROM notices JOIN correspondents ON correspondents.request = notices.request
                WHERE sent_at IS NULL
                """
            ) { row in
                waiting.append(
                    WaitingNotice(
                        request: RequestKey(row.text(0)), kind: try DeletionCoordinatorStore.readWord(row, 1), file: row.text(2)))
            }
            return waiting
        }
    }

    /// Who has been answered is no correspondent any more.
    static func sent(_ notice: WaitingNotice, now: Timestamp, _ connection: Connection) throws {
        try connection.run(
            "UPDATE notices SET sent_at = ?3 WHERE request = ?1 AND kind = ?2", .text(notice.request.rawValue), .text(notice.kind.rawValue),
            .integer(now.rawValue))
        if notice.kind == .answer { try forgetAddress(of: notice.request, connection) }
    }

    /// Correspondents whose requests ended before `time`: no mailer has taken their answer.
    func unanswered(endedBefore time: Timestamp) throws -> [RequestKey] {
        try database.read("unanswered correspondents") { connection in
            var requests: [RequestKey] = []
            try connection.each(
                """
                SELECT correspondents.request FROM correspondents JOIN requests ON requests.key = correspondents.request
                    JOIN deletions ON deletions.id = requests.deletion
                GROUP BY correspondents.request HAVING min(ifnull(completed_at, ?1) < ?1)
                """, .integer(time.rawValue)
            ) { requests.append(RequestKey($0.text(0))) }
            return requests
        }
    }

    /// How long the longest waiting notice has lain there; nil when none does.
    func oldestNotice() throws -> Timestamp? {
        try database.read("oldest notice") { connection in
            try connection.first(
                """
                SELECT min(written_at) FROM notices JOIN correspondents ON correspondents.request = notices.request WHERE sent_at IS NULL
                """
            ) { $0.optionalInt(0).map(Timestamp.init(rawValue:)) } ?? nil
        }
    }

    static func files(of request: RequestKey, _ connection: Connection) throws -> [String] {
        var files: [String] = []
        try connection.each("SELECT file FROM notices WHERE request = ? AND sent_at IS NULL", .text(request.rawValue)) {
            files.append($0.text(0))
        }
        return files
    }

    static func forgetAddress(of request: RequestKey, _ connection: Connection) throws {
        try connection.run("DELETE FROM correspondents WHERE request = ?", .text(request.rawValue))
    }

    /// What was in the spool of whoever made the copy may not be in ours: it is written again.
    static func writeAgain(_ connection: Connection) throws { try connection.run("DELETE FROM notices WHERE sent_at IS NULL") }

    func notices(of deletion: DeletionID, _ connection: Connection) throws -> [Notice] {
        var notices: [Notice] = []
        try connection.each(
            """
            SELECT kind, written_at, sent_at FROM notices WHERE request IN (SELECT key FROM requests WHERE deletion = ?)
            ORDER BY written_at, kind LIMIT ?
            """, .integer(deletion.rawValue), SQLValue(Notice.countMax)
        ) { row in
            notices.append(
                Notice(
                    kind: try DeletionCoordinatorStore.readWord(row, 0), writtenAt: Timestamp(rawValue: row.int(1)),
                    sentAt: row.optionalInt(2).map(Timestamp.init(rawValue:))))
        }
        return notices
    }

    /// How a request stands as a whole, as its status page would tell.
    func status(of request: RequestKey, now: Timestamp) throws -> DeletionStatus? {
        let digest = try database.read("code of a request") { connection in
            try connection.first("SELECT code_digest FROM requests WHERE key = ?", .text(request.rawValue)) { $0.blob(0) }
        }
        return try digest.flatMap { try status(codeDigest: $0, now: now) }
    }

    /// Requests that have ended and still have one of these addresses. One that is open, or has yet to be answered, names whom it answers.
    func answeredAddresses(_ contacts: [Contact], _ connection: Connection) throws -> [RequestKey] {
        let wanted = Set(contacts.map(\.folded))
        guard !wanted.isEmpty else { return [] }
        var requests: [RequestKey] = []
        try connection.each(
            """
            SELECT correspondents.request, address FROM correspondents JOIN requests ON requests.key = correspondents.request
                JOIN deletions ON deletions.id = requests.deletion
            GROUP BY correspondents.request HAVING min(next_at IS NULL)
            """
        ) { row in
            if try seal.open(row.blob(1)).contacts.contains(where: { wanted.contains($0.folded) }) {
                requests.append(RequestKey(row.text(0)))
            }
        }
        return requests
    }
}
