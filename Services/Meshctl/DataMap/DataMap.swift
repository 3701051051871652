import HolderContracts
import Policy

/// What the services say of their columns, in the policy's terms.
struct DataMap {
    struct Holder {
        let name: String
        /// In the order of their migrations.
        let tables: [Table]
    }

    struct Table {
        let name: String
        let columns: [Column]

        /// Those of which a column holds something, each once.
        var categories: [Category] { Category.allCases.filter { category in columns.contains { $0.use?.category == category } } }
    }

    struct Column {
        let name: String
        /// nil: no personal data.
        let use: Use?
        let erasure: ErasureEffect
    }

    /// Why a column is kept, and for how long.
    struct Use {
        let category: Category
        /// The first is what it was collected for.
        let purposes: [Purpose]
        let basis: LegalBasis
        /// Each row follows one of them.
        let retentions: [Retention]
        let subject: String?

        /// For people, as the end of the sentence "it is kept …".
        var kept: String { retentions.map(\.description).joined(separator: ", or ") }
    }

    let holders: [Holder]

    /// - Throws: `Failure` where a service uses a word that this binary doesn't know, or leaves one out.
    init(_ answers: [DescribeHolder.Response]) throws { holders = try answers.map(DataMap.holder) }

    private static func holder(_ answer: DescribeHolder.Response) throws -> Holder {
        var order: [String] = []
        var columns: [String: [Column]] = [:]
        for column in answer.columns {
            if columns[column.table] == nil { order.append(column.table) }
            guard let read = read(column) else {
                throw Failure(
                    status: Exit.fault,
                    message: "\(answer.holder) describes \(column.table).\(column.column) in words that this meshctl doesn't know: "
                        + "run the meshctl that was built with it")
            }
            columns[column.table, default: []].append(read)
        }
        return Holder(name: answer.holder, tables: order.map { Table(name: $0, columns: columns[$0] ?? []) })
    }

    private static func read(_ column: DescribeHolder.Column) -> Column? {
        guard let erasure = ErasureEffect(rawValue: column.erasure) else { return nil }
        guard let category = column.category else { return Column(name: column.column, use: nil, erasure: erasure) }
        let purposes = column.purposes.compactMap(Purpose.init)
        guard let category = Category(rawValue: category), let basis = column.basis.flatMap(LegalBasis.init),
            !purposes.isEmpty, purposes.count == column.purposes.count
        else { return nil }
        let retentions = column.retentions.compactMap(Retention.init)
        guard !retentions.isEmpty, retentions.count == column.retentions.count else { return nil }
        let use = Use(category: category, purposes: purposes, basis: basis, retentions: retentions, subject: column.subject)
        return Column(name: column.column, use: use, erasure: erasure)
    }
}
