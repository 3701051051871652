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
            INSERT INTO assistants (workspace, name, prompt, configured_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (workspace) DO UPDATE SET name = ?2, prompt = ?3, configured_at = ?4
            """, .text(workspace.rawValue), .text(assistant.name), .text(assistant.prompt), .integer(now.rawValue))
        guard let summariser else {
            try connection.run("DELETE FROM summarisers WHERE workspace = ?", .text(workspace.rawValue))
            return
        }
        try connection.run(
            "INSERT OR REPLACE INTO summarisers (workspace, host, model) VALUES (?, ?, ?)", .text(workspace.rawValue),
            .text(summariser.host), .text(summariser.model))
    }

    func assistant(of workspace: WorkspaceID, _ connection: Connection) throws -> Assistant? {
        try connection.first("SELECT name, prompt FROM assistants WHERE workspace = ?", .text(workspace.rawValue)) {
            Assistant(name: $0.text(0), prompt: $0.text(1))
        }
    }

    func summariser(of workspace: WorkspaceID, _ connection: Connection) throws -> Summariser? {
        try connection.first("SELECT host, model FROM summarisers WHERE workspace = ?", .text(workspace.rawValue)) {
            Summariser(host: $0.text(0), model: $0.text(1))
        }
    }
}
