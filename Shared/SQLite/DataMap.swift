import Policy

extension ColumnNote {
    var name: String { "\(table).\(column)" }
}

/// The comparison of a live schema with its map. A difference stops the start: nothing may be stored that nobody has accounted for.
enum DataMap {
    /// Every difference, and every annotation that breaks the policy, as a sentence, sorted; empty when schema and map agree.
    static func differences(_ entries: [ColumnNote], live: Set<String>) -> [String] {
        var annotated: Set<String> = []
        var found: [String] = []
        for entry in entries where !annotated.insert(entry.name).inserted { found.append("annotated twice: \(entry.name)") }
        found += live.subtracting(annotated).map { "column without annotation: \($0)" }
        found += annotated.subtracting(live).map { "annotation without column: \($0)" }
        found += entries.flatMap { entry in entry.breaches.map { "annotation against the policy: \(entry.name): \($0)" } }
        return found.sorted()
    }

    /// Every column of every table, as `table.column`; of virtual tables too, whose shadow tables and hidden columns are the module's own
    /// affair. What SQLite keeps for itself (`sqlite_…`) are numbers.
    static func liveColumns(_ connection: Connection) throws -> Set<String> {
        var live: Set<String> = []
        try connection.each(
            """
            SELECT tables.name || '.' || columns.name
            FROM pragma_table_list AS tables, pragma_table_xinfo(tables.name) AS columns
            WHERE tables.schema = 'main' AND tables.type IN ('table', 'virtual') AND columns.hidden <> 1
              AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            """
        ) { live.insert($0.text(0)) }
        return live
    }
}
