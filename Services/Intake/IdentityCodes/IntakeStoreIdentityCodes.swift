import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import SQLite
import Wire

/// Codes that people sent in their chats and deletion-coordinator has yet to hear of: written with the message that brought them.
extension IntakeStore {
    static let identityCodesMigration = Migration(
        "identity codes",
        sql: """
            CREATE TABLE identity_codes (
                sequence  INTEGER PRIMARY KEY AUTOINCREMENT,
                workspace TEXT NOT NULL,
                code      TEXT NOT NULL,
                sender    BLOB NOT NULL
            ) STRICT;
            """,
        columns: ColumnNote.plain("identity_codes", "sequence", "workspace") + [
            ColumnNote(
                "identity_codes", "code", .security, for: [.complyWithObligation], on: .legalObligation, kept: .outbox, subject: "sender",
                erasure: .deleteRow),
            ColumnNote(
                "identity_codes", "sender", .profile, for: [.complyWithObligation], on: .legalObligation, kept: .outbox,
                subject: "sender", erasure: .deleteRow)
        ])

    /// A code with whoever sent it.
    struct SentCode: Equatable, Sendable {
        var sequence: Int64 = 0
        let code: String
        let sender: ChatSender
    }

    func note(_ sent: SentCode, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO identity_codes (workspace, code, sender) VALUES (?, ?, ?)", .text(sent.sender.workspace.rawValue),
            .text(sent.code), .blob(FieldVisitor.write(sent.sender)))
    }

    func firstCode(_ connection: Connection) throws -> SentCode? {
        try connection.first("SELECT sequence, code, sender FROM identity_codes ORDER BY sequence LIMIT 1") { row in
            SentCode(
                sequence: row.int(0), code: row.text(1), sender: try FieldVisitor.read(ChatSender.self, from: row.blob(2)))
        }
    }

    func removeCode(_ sequence: Int64, _ connection: Connection) throws {
        try connection.run("DELETE FROM identity_codes WHERE sequence = ?", .integer(sequence))
    }

    func codeRows(of subject: Subject, _ connection: Connection) throws -> [Int64] {
        var rows: [Int64] = []
        try connection.each("SELECT sequence, sender FROM identity_codes WHERE workspace = ?", .text(subject.workspace.rawValue)) { row in
            let sender = try FieldVisitor.read(ChatSender.self, from: row.blob(1))
            if subject.aliases.contains(sender.alias) { rows.append(row.int(0)) }
        }
        return rows
    }
}
