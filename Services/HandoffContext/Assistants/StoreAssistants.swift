import Domain
import HandoffContextContracts
import SQLite
import Wire

extension HandoffContextStore {
    func configure(
        _ assistant: Assistant, _ summariser: Summariser?, of workspace: WorkspaceID, now: Timestamp, _ connection: Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO assistants (workspace, name, prompt, fields, configured_at) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (workspace) DO UPDATE SET name = ?2, prompt = ?3, fields = ?4, configured_at = ?5
            """, .text(workspace.rawValue), .text(assistant.name), .text(assistant.prompt),
            SQLValue(assistant.fields.map { FieldVisitor.write(FieldNames(names: $0)) }), .integer(now.rawValue))
        guard let summariser else {
            try connection.run("DELETE FROM summarisers WHERE workspace = ?", .text(workspace.rawValue))
            return
        }
        try connection.run(
            "INSERT OR REPLACE INTO summarisers (workspace, host, model) VALUES (?, ?, ?)", .text(workspace.rawValue),
            .text(summariser.host), .text(summariser.model))
    }

    func assistant(of workspace: WorkspaceID, _ connection: Connection) throws -> Assistant? {
        try connection.first("SELECT name, prompt, fields FROM assistants WHERE workspace = ?", .text(workspace.rawValue)) { row in
            Assistant(
                name: row.text(0), prompt: row.text(1),
                fields: try row.optionalBlob(2).map { try FieldVisitor.read(FieldNames.self, from: $0).names })
        }
    }

    func summariser(of workspace: WorkspaceID, _ connection: Connection) throws -> Summariser? {
        try connection.first("SELECT host, model FROM summarisers WHERE workspace = ?", .text(workspace.rawValue)) {
            Summariser(host: $0.text(0), model: $0.text(1))
        }
    }
}

/// As they are stored.
private struct FieldNames: Fields {
    var names: [String] = []

    init() {}
    init(names: [String]) { self.names = names }

    mutating func visit(_ fields: inout FieldVisitor) { fields.field("names", &names, max: Assistant.fieldCountMax) }
}
