/// What one column holds and why: the record of processing (GDPR Art. 30) next to the migration that makes the column.
public struct ColumnNote: Sendable, Equatable {
    public let table: String
    public let column: String
    /// nil: no personal data.
    public let category: Category?
    public let purposes: [Purpose]
    public let basis: LegalBasis?
    public let retention: Retention?
    /// How a row leads to its person: `conversation.participant`, for example; nil where it leads to nobody.
    public let subject: String?
    public let erasure: ErasureEffect

    /// A column with personal data.
    public init(
        _ table: String, _ column: String, _ category: Category, for purposes: [Purpose], on basis: LegalBasis, kept retention: Retention,
        subject: String?, erasure: ErasureEffect
    ) {
        self.table = table
        self.column = column
        self.category = category
        self.purposes = purposes
        self.basis = basis
        self.retention = retention
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
        retention = nil
        subject = nil
        erasure = .keep
    }
}
