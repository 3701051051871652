import Domain
import HolderContracts
import SQLite

extension SQLValue {
    /// A list, to be taken apart by `json_each`: names and numbers of ours alone, which need no escape.
    public static func list(_ names: [String]) -> SQLValue { .text("[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]") }
    public static func list(_ numbers: [Int64]) -> SQLValue { .text("[" + numbers.map(String.init).joined(separator: ",") + "]") }
}

/// Rows of one table that a retention rule ends, as their store finds them: what counts them and what deletes them is one query.
public struct ExpiringRows: Sendable {
    public static let portionRowsDefault = 1000

    public let table: String
    /// The columns by which a row is found again.
    let keys: [String]
    /// Selects the keys of what is due.
    let due: String
    let values: [SQLValue]
    /// Portions of a query that would take too long at once: each is bound as two more values behind the others.
    let ranges: [ClosedRange<Int64>]?
    /// Rows of one write.
    let portionRows: Int
    /// A hold keeps them: they are only counted.
    let isKept: Bool
    /// What changes in a row that stays, as `SET` has it; nil: the row goes.
    let change: String?
    let before: Work?

    /// What goes with a row, on the writer, before it goes itself; returns how many rows of the same table.
    public typealias Work = @Sendable (_ key: [SQLValue], _ connection: Connection) throws -> Int

    public init(
        _ table: String, keys: [String] = ["id"], due: String, _ values: [SQLValue], in ranges: [ClosedRange<Int64>]? = nil,
        portionRows: Int = ExpiringRows.portionRowsDefault, isKept: Bool = false, change: String? = nil, before: Work? = nil
    ) {
        self.table = table
        self.keys = keys
        self.due = due
        self.values = values
        self.ranges = ranges
        self.portionRows = portionRows
        self.isKept = isKept
        self.change = change
        self.before = before
    }

    /// The bindings of each portion.
    var portions: [[SQLValue]] {
        guard let ranges else { return [values] }
        return ranges.map { values + [.integer($0.lowerBound), .integer($0.upperBound)] }
    }

    func count(_ portion: [SQLValue], _ connection: Connection) throws -> Int64 {
        try connection.first("SELECT count(*) FROM (\(due))", portion) { $0.int(0) } ?? 0
    }

    /// Whether there is something to do.
    func isDue(_ portion: [SQLValue], _ connection: Connection) throws -> Bool {
        try connection.first("\(due) LIMIT 1", portion) { _ in true } ?? false
    }

    /// Deletes as many as one write may, of what is due by now: whoever wrote since somebody looked is not. Returns how many went, and whether
    /// there may be more.
    func remove(_ portion: [SQLValue], _ connection: Connection) throws -> (count: Int64, isFull: Bool) {
        var found: [[SQLValue]] = []
        try connection.each("\(due) LIMIT \(portionRows)", portion) { row in
            found.append(keys.indices.map { row.bound($0) })
        }
        return (try remove(found, connection), found.count == portionRows)
    }

    /// Returns how many went.
    private func remove(_ found: [[SQLValue]], _ connection: Connection) throws -> Int64 {
        let condition = keys.map { "\($0) = ?" }.joined(separator: " AND ")
        let statement = change.map { "UPDATE \(table) SET \($0) WHERE \(condition)" } ?? "DELETE FROM \(table) WHERE \(condition)"
        var count = 0
        for key in found {
            count += try before?(key, connection) ?? 0
            count += try connection.run(statement, key)
        }
        return Int64(count)
    }
}
