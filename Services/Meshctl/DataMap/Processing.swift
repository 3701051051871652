import Policy

/// One line of a record of processing: what is done with which data, on which ground, for how long, and where it lies.
struct Processing: Hashable {
    let purpose: Purpose
    let basis: LegalBasis
    let category: Category
    let retention: Retention

    /// The customer decides over it and Botseller processes it for them (GDPR Art. 28); otherwise Botseller decides itself.
    var isForCustomer: Bool { basis == .customerInstruction }
}

extension DataMap {
    /// Every processing of one holder, or of all, in the order of the policy's terms, each with the tables that it touches as
    /// `holder.table`.
    func processings(of name: String? = nil) -> [(processing: Processing, tables: [String])] {
        var tables: [Processing: [String]] = [:]
        for holder in holders where name == nil || holder.name == name {
            for table in holder.tables {
                for processing in Set(table.columns.compactMap(\.use).flatMap(DataMap.processings)) {
                    tables[processing, default: []].append("\(holder.name).\(table.name)")
                }
            }
        }
        return tables.map { ($0.key, $0.value) }.sorted {
            DataMap.place($0.processing).lexicographicallyPrecedes(DataMap.place($1.processing))
        }
    }

    /// A column rests on one basis for what it was collected for; what else it may serve rests on what the policy says of that.
    private static func processings(of use: Use) -> [Processing] {
        use.purposes.enumerated().flatMap { index, purpose -> [Processing] in
            guard let basis = index == 0 ? use.basis : use.category.allowance(for: purpose).bases.first else { return [] }
            return use.retentions.map { Processing(purpose: purpose, basis: basis, category: use.category, retention: $0) }
        }
    }

    private static func place(_ processing: Processing) -> [Int] {
        [
            place(processing.purpose), place(processing.category), place(processing.basis), place(processing.retention)
        ]
    }

    private static func place<Term: CaseIterable & Equatable>(_ term: Term) -> Int { Array(Term.allCases).firstIndex(of: term) ?? 0 }
}
