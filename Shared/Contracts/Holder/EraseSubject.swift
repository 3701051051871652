import Domain
import Policy
import Wire

/// Deletes a subject's rows and waits until no byte of them is left in the file. Answers only then; repeated, it erases what came since.
public struct EraseSubject: Request {
    public static let contract = Contract(
        "holder.erase", purpose: .complyWithObligation, writes: Subject.categories, repeats: .harmless,
        deadlineMilliseconds: 30_000, callers: [.deletionCoordinator])

    public var deletion = DeletionID()
    public var subject = Subject()

    public init() {}
    public init(deletion: DeletionID, subject: Subject) {
        self.deletion = deletion
        self.subject = subject
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("deletion", &deletion)
        fields.field("subject", &subject)
    }

    public typealias Response = ErasureReceipt
}

/// What a holder did, in numbers, with its signature.
public struct ErasureReceipt: Fields, Equatable {
    public var deletion = DeletionID()
    public var holder = ""
    /// Rows deleted by table, all attempts of this deletion together.
    public var rows: [String: Int64] = [:]
    /// Names of the files whose residue was overwritten.
    public var files: [String] = []
    public var erasedAt = Timestamp()
    /// base64url of HMAC-SHA256 under the holder's receipt key over the receipt's JSON without this member.
    public var mac: String?

    public init() {}
    public init(deletion: DeletionID, holder: String, rows: [String: Int64], files: [String], erasedAt: Timestamp, mac: String? = nil) {
        self.deletion = deletion
        self.holder = holder
        self.rows = rows
        self.files = files
        self.erasedAt = erasedAt
        self.mac = mac
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("deletion", &deletion)
        fields.field("holder", &holder, max: 32)
        fields.field("rows", &rows)
        fields.field("files", &files, max: 16)
        fields.field("erasedAt", &erasedAt)
        fields.field("mac", &mac, max: 43)
    }
}
