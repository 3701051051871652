import DeletionCoordinatorContracts
import HolderContracts
import Runtime
import Wire

/// `datamap`: what every column of every service holds, in the form that its reader needs.
struct DataMapCommand {
    enum Format: String, CaseIterable { case table, json, article30, html, fides }

    private let mesh: Mesh
    private let format: Format

    init(_ arguments: Arguments) throws {
        try arguments.allow("--format")
        guard arguments.words.count == 1 else { throw UsageError("datamap takes no words: name a form with --format") }
        format = try DataMapCommand.format(arguments)
        mesh = try Mesh(arguments)
    }

    func run() throws -> Int32 {
        let answers = try MeshPlan.services.map { try mesh.call($0, DescribeHolder()) }
        switch format {
        case .table: DataMapCommand.printTable(try DataMap(answers))
        case .json: Terminal.say(DataMapCommand.json(answers))
        case .article30:
            let register = try mesh.call(.deletionCoordinator, ListSubprocessors())
            Terminal.say(ProcessingRecord(try DataMap(answers), register, madeAt: SystemClock().now).text)
        case .html: Terminal.say(DataMapPage(try DataMap(answers), madeAt: SystemClock().now).html)
        case .fides: Terminal.say(FidesManifest(try DataMap(answers)).json)
        }
        return Exit.ok
    }

    static func format(_ arguments: Arguments) throws -> Format {
        guard let word = arguments.option("--format") else { return arguments.has("--json") ? .json : .table }
        guard let format = Format(rawValue: word) else {
            throw UsageError("--format takes \(Format.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard format == .json || !arguments.has("--json") else { throw UsageError("--json and --format \(word) say different things") }
        return format
    }

    /// As the services sent it.
    private static func json(_ answers: [DescribeHolder.Response]) -> String {
        var writer = JSONWriter(reserving: 65_536)
        writer.beginArray()
        for answer in answers { FieldVisitor.write(answer, into: &writer) }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func printTable(_ map: DataMap) {
        let rows = map.holders.flatMap { holder in
            holder.tables.flatMap { table in
                table.columns.compactMap { column in
                    column.use.map { use in
                        [
                            holder.name, "\(table.name).\(column.name)", use.category.rawValue,
                            use.purposes.map(\.rawValue).joined(separator: ","), use.basis.rawValue,
                            use.retentions.map(\.rawValue).joined(separator: ","),
                            column.erasure.rawValue
                        ]
                    }
                }
            }
        }
        Terminal.table(["service", "column", "category", "purposes", "basis", "kept", "erasure"], rows)
        let plain = map.holders.flatMap(\.tables).flatMap(\.columns).filter { $0.use == nil }.count
        Terminal.say("\(plain) more columns hold no personal data; --format html shows the whole map")
    }
}
