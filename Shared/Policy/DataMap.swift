/// What one column holds and why: the record of processing (GDPR Art. 30) next to the migration that makes the column.
public struct ColumnNote: Sendable, Equatable {
    public let table: String
    public let column: String
    /// nil: no personal data.
    public let category: Category?
    public let purposes: [Purpose]
    public let basis: LegalBasis?
    /// Each row follows one of them; none: no personal data.
    public let retentions: [Retention]
    /// How a row leads to its person: `conversation.participant`, for example; nil where it leads to nobody.
    public let subject: String?
    public let erasure: ErasureEffect

    /// A column with personal data.
    ///
    /// - Parameters:
    ///   - purposes: the first is what it is collected for, and `basis` is that one's; to the others it may be of use.
    ///   - others: the rules of those rows that are of another kind than most.
    public init(
        _ table: String, _ column: String, _ category: Category, for purposes: [Purpose], on basis: LegalBasis, kept retention: Retention,
        or others: [Retention] = [], subject: String?, erasure: ErasureEffect
    ) {
        self.table = table
        self.column = column
        self.category = category
        self.purposes = purposes
        self.basis = basis
        retentions = [retention] + others
        self.subject = subject
        self.erasure = erasure
    }

    /// Columns without personal data: numbers of rows, clocks, states.
    public static func plain(_ table: String, _ columns: String...) -> [ColumnNote] {
        columns.map { ColumnNote(plain: table, $0) }
    }

    private init(plain table: String, _ column: String) {
        self.table = table
        self.column = column
        category = nil
        purposes = []
        basis = nil
        retentions = []
        subject = nil
        erasure = .keep
    }
}

extension ColumnNote {
    /// Where this annotation breaks the policy, each as a sentence without the column's name; empty when it keeps it.
    public var breaches: [String] {
        guard let category else { return [] }
        guard let first = purposes.first else { return ["is kept for no purpose"] }
        var found: [String] = []
        for purpose in purposes {
            switch category.allowance(for: purpose) {
            case .always, .countsOnly, .underGrant: break
            case .never, .metadataOnly: found.append("\(category.rawValue) is never kept to \(purpose.rawValue)")
            }
        }
        guard case .always(let bases) = category.allowance(for: first) else {
            return found.isEmpty ? ["\(category.rawValue) is not collected to \(first.rawValue)"] : found
        }
        if let basis, !bases.contains(basis) { found.append("\(category.rawValue) may not \(first.rawValue) on \(basis.rawValue)") }
        return found
    }
}
