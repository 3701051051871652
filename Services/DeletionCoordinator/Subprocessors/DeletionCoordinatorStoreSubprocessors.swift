import DeletionCoordinatorContracts
import Domain
import Policy
import SQLite
import Wire

/// The register of subprocessors. Nothing is ever taken out of it, so its highest version is the last.
extension DeletionCoordinatorStore {
    /// What became of an entry.
    enum RegisterChange: Sendable {
        case made(version: Int64)
        /// The register said so before.
        case none(version: Int64)
        case full
    }

    static func set(_ subprocessor: Subprocessor, now: Timestamp, _ connection: Connection) throws -> RegisterChange {
        let register = try register(connection)
        let known = register.subprocessors.first { $0.subprocessor.name == subprocessor.name }
        if let known, known.subprocessor == subprocessor.sorted { return .none(version: known.version) }
        if known == nil, register.subprocessors.count >= Int(SetSubprocessor.countMax) { return .full }
        let version = register.version + 1
        try connection.run(
            """
            INSERT INTO subprocessors (name, kind, country, transfer, terms, erasure_channel, is_ended, version, changed_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (name) DO UPDATE SET kind = ?2, country = ?3, transfer = ?4, terms = ?5, erasure_channel = ?6, is_ended = ?7,
                version = ?8, changed_at = ?9
            """, .text(subprocessor.name), .text(subprocessor.kind.rawValue), .text(subprocessor.country),
            .text(subprocessor.transfer.rawValue), .text(subprocessor.terms.rawValue), .text(subprocessor.erasureChannel),
            SQLValue(subprocessor.isEnded), .integer(version), .integer(now.rawValue))
        try connection.run("DELETE FROM subprocessor_uses WHERE subprocessor = ?", .text(subprocessor.name))
        for use in subprocessor.uses {
            try connection.run(
                "INSERT INTO subprocessor_uses (subprocessor, category, purpose) VALUES (?, ?, ?)", .text(subprocessor.name),
                .text(use.category.rawValue), .text(use.purpose))
        }
        return .made(version: version)
    }

    func subprocessors() throws -> ListSubprocessors.Response {
        try database.read("list subprocessors") { try DeletionCoordinatorStore.register($0) }
    }

    private static func register(_ connection: Connection) throws -> ListSubprocessors.Response {
        var uses: [String: [DeclaredUse]] = [:]
        try connection.each("SELECT subprocessor, category, purpose FROM subprocessor_uses ORDER BY category, purpose") { row in
            guard let category = Category(rawValue: row.text(1)), let purpose = Purpose(rawValue: row.text(2)) else {
                throw UnreadableRow(table: "subprocessor_uses")
            }
            uses[row.text(0), default: []].append(DeclaredUse(category, for: purpose))
        }
        var register = ListSubprocessors.Response()
        try connection.each(
            "SELECT name, kind, country, transfer, terms, erasure_channel, is_ended, version, changed_at FROM subprocessors ORDER BY name"
        ) { row in
            guard let kind = Subprocessor.Kind(rawValue: row.text(1)), let transfer = Subprocessor.Transfer(rawValue: row.text(3)) else {
                throw UnreadableRow(table: "subprocessors")
            }
            let subprocessor = Subprocessor(
                name: row.text(0), kind: kind, country: row.text(2), transfer: transfer, terms: WebLink(rawValue: row.text(4)),
                erasureChannel: row.text(5), uses: uses[row.text(0)] ?? [], isEnded: row.bool(6))
            register.subprocessors.append(
                ListSubprocessors.Entry(subprocessor, version: row.int(7), changedAt: Timestamp(rawValue: row.int(8))))
            register.version = max(register.version, row.int(7))
        }
        return register
    }
}

extension Subprocessor {
    /// In the order in which the register tells uses.
    fileprivate var sorted: Subprocessor {
        var sorted = self
        sorted.uses.sort { ($0.category.rawValue, $0.purpose) < ($1.category.rawValue, $1.purpose) }
        return sorted
    }
}
