import Domain
import Policy
import Wire

/// Has a holder write a copy of its file while it goes on working: one part of a backup. The copy is as secret as the file.
public struct CopyHolder: Request {
    public static let contract = Contract(
        "holder.copy", purpose: .maintainSecurity, repeats: .forbidden, deadlineMilliseconds: 600_000, callers: [.operator],
        roles: [.operator])
    public static let fileMax = 1024

    /// An absolute path on the holder's own machine, where nothing is yet.
    public var file = ""

    public init() {}
    public init(file: String) { self.file = file }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("file", &file, max: CopyHolder.fileMax) }

    public struct Response: Fields, Equatable {
        public var bytes: Int64 = 0
        /// What was committed until then is in the copy, which is on disk.
        public var madeAt = Timestamp()

        public init() {}
        public init(bytes: Int64, madeAt: Timestamp) {
            self.bytes = bytes
            self.madeAt = madeAt
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("bytes", &bytes, 0...Int64.max)
            fields.field("madeAt", &madeAt)
        }
    }

    public enum Refusal: String, RefusalReason {
        /// The folder is missing or may not be written to, or the file is there already.
        case fileNotMade
    }
}
