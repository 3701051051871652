import Digest
import Domain
import HolderContracts
import Policy
import Runtime
import Wire

/// A legal hold that stands, with all that deletion-coordinator knows of it; its person is sealed, and otherwise a keyed digest.
public struct StandingHold: Fields, Equatable {
    public var hold = HoldID()
    public var key = RequestKey()
    /// Of all that was asked for, in hex.
    public var digest = ""
    public var target = ""
    public var workspace: WorkspaceID?
    public var deletion: DeletionID?
    /// In base64url; deletion-coordinator alone opens it.
    public var sealedSubject: String?
    /// By it a service knows whom the hold is about (`ErasedName.held`), in hex. Absent: everybody of the workspace or the deletion.
    public var person: String?
    public var ground = ""
    public var reference: RequestKey?
    /// With blanks between.
    public var scope = ""
    /// The services whose rows it keeps.
    public var holders: [String] = []
    public var placedAt = Timestamp()
    public var endsAt: Timestamp?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("hold", &hold)
        fields.field("key", &key)
        fields.field("digest", &digest, max: 64)
        fields.field("target", &target, max: 32)
        fields.field("workspace", &workspace)
        fields.field("deletion", &deletion)
        fields.field("sealedSubject", &sealedSubject, max: 64 * 1024)
        fields.field("person", &person, max: 32)
        fields.field("ground", &ground, max: 64)
        fields.field("reference", &reference)
        fields.field("scope", &scope, max: 256)
        fields.field("holders", &holders, max: 16)
        fields.field("placedAt", &placedAt)
        fields.field("endsAt", &endsAt)
    }
}

/// `holds.standing`: the holds that stand now, one JSON line each, outside the databases and their backups. A backup from before a hold,
/// restored, must not erase what it keeps; and unlike the journal of erasures it forgets: a hold that is lifted names nobody any more.
public struct StandingHolds: Sendable {
    public static let fileName = "holds.standing"
    static let bytesMax = 8 << 20

    /// It is missing, or not as it was written.
    public struct Unreadable: Error, CustomStringConvertible {
        let path: String
        let reason: String

        public var description: String {
            "\(path): \(reason): put the newest one into the data folder, for without it what a legal hold keeps would be erased"
        }
    }

    public let all: [StandingHold]

    public init(_ all: [StandingHold]) { self.all = all }

    /// What the data folder's file says.
    public init(dataFolder: String) throws {
        let path = "\(dataFolder)/\(StandingHolds.fileName)"
        do {
            all = try AtomicFile.read(path, lengthMax: StandingHolds.bytesMax).bytes.split(separator: UInt8(ascii: "\n")).map {
                try FieldVisitor.read(StandingHold.self, from: Array($0))
            }
        } catch { throw Unreadable(path: path, reason: "\(error)") }
    }

    /// On disk when this returns, whole or as it was.
    public func write(dataFolder: String) throws {
        var bytes: [UInt8] = []
        for hold in all { bytes += FieldVisitor.write(hold) + [UInt8(ascii: "\n")] }
        try AtomicFile.replace("\(dataFolder)/\(StandingHolds.fileName)", with: bytes, mode: 0o600, durably: true)
        try AtomicFile.syncFolder(dataFolder)
    }
}

/// Whether a hold keeps whom a copy has brought back.
struct HeldAgain {
    private let holds: [StandingHold]
    private let digester: ErasureDigester
    /// What the journal says of the deletions that are held as such.
    private var names: [DeletionID: Set<String>] = [:]

    /// - Parameter holder: whose rows are asked about.
    init(_ holds: StandingHolds, at holder: Peer, _ digester: ErasureDigester, now: Timestamp) {
        self.holds = holds.all.filter { hold in
            hold.holders.contains(holder.rawValue) && hold.endsAt.map { $0 > now } ?? true
        }
        self.digester = digester
        for deletion in self.holds.compactMap(\.deletion) { names[deletion] = [] }
    }

    mutating func learn(_ lines: [JournalLine]) {
        for line in lines where names[line.deletion] != nil { names[line.deletion]?.insert(line.tombstone.digest) }
    }

    func keeps(_ subject: Subject) -> Bool {
        holds.contains { hold in
            if let deletion = hold.deletion {
                let known = names[deletion] ?? []
                return subject.erasedNames.contains { digester.digests($0).map(Hex.encode).contains(where: known.contains) }
            }
            guard hold.workspace == subject.workspace else { return false }
            guard let person = hold.person, subject.isWhole != true else { return true }
            return subject.aliases.contains { digester.digests(.held(subject.workspace, $0)).map(Hex.encode).contains(person) }
        }
    }
}
