import Digest
import HolderContracts
import Wire

/// Seals the subject of an open request, so that no name stands in the file, its log or a backup of it: only the key folder opens it.
///
/// Else each write would copy the names of all requests on the same page into the log, and no proof over our own file could succeed
/// while others ask.
struct SubjectSeal: Sendable {
    private let seal: Seal

    init(secret: [UInt8], random: @escaping @Sendable (Int) -> [UInt8]) {
        seal = Seal(secret: secret, label: "subject", random: random)
    }

    func seal(_ subject: Subject) -> [UInt8] { seal.seal(FieldVisitor.write(subject)) }

    /// Throws for what was sealed under another key, or changed.
    func open(_ sealed: [UInt8]) throws -> Subject {
        let bytes: [UInt8]
        do { bytes = try seal.open(sealed) } catch { throw UnreadableRow(table: "subjects") }
        return try FieldVisitor.read(Subject.self, from: bytes)
    }
}
