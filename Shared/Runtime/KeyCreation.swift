import Digest
import Glibc
import Policy
import Wire

extension KeyFolder {
    /// Makes what is missing: the data folder and its key folder (0700), a key for each link of the mesh, and the mesh's other secrets
    /// (0600). What is there stays, so it may run at each start. Everything is on disk when it returns.
    /// Returns the names of the files made.
    /// - Parameter random: gives that many random bytes.
    @discardableResult
    public static func createMissing(dataFolder: String, random: (Int) -> [UInt8] = { SecureRandom.bytes($0) }) throws -> [String] {
        let path = KeyFolder(dataFolder: dataFolder).path
        try AtomicFile.makeFolder(dataFolder)
        try AtomicFile.makeFolder(path)
        let present = try AtomicFile.names(in: path)
        var made: [String] = []
        for name in missing(among: present) {
            if try AtomicFile.create("\(path)/\(name)", with: content(of: name, random), mode: 0o600) { made.append(name) }
        }
        try AtomicFile.syncFolder(path)
        try AtomicFile.syncFolder(dataFolder)
        return made
    }

    /// A link that has any key, tombstones that have any pepper and an app that has any secret miss nothing: after a rotation the first is
    /// gone for good.
    private static func missing(among present: [String]) -> [String] {
        let linked = Set(present.compactMap(KeyName.parseLink).map { "\($0.caller)--\($0.callee)" })
        let links = MeshPlan.calls.map { (caller: $0.caller.rawValue, callee: $0.callee.rawValue) }
            .filter { !linked.contains("\($0.caller)--\($0.callee)") }
            .map { KeyName.link($0.caller, $0.callee, id: firstLinkID) }
        let pepper = present.contains { KeyName.parsePepper($0) != nil } ? [] : [KeyName.pepper(1)]
        let token = present.contains { KeyName.parse($0, as: KeyName.tokenKey) != nil } ? [] : [KeyName.tokenKey("t1")]
        let lease = present.contains { KeyName.parse($0, as: KeyName.leaseKey) != nil } ? [] : [KeyName.leaseKey("l1")]
        let apps = [KeyName.instagramApp, KeyName.whatsappApp, KeyName.metaApp]
            .filter { app in !present.contains { KeyName.isSecret($0, of: app) } }.map { "\($0).secret" }
        let others = MeshPlan.services.map(KeyName.receiptKey) + singles
        return links + pepper + token + lease + apps + others.filter { !present.contains($0) }
    }

    static let firstLinkID = "k1"

    private static let singles = [
        KeyName.inboxKey, KeyName.lookupKey(.conversationStore), KeyName.webhookVerifyToken
    ]

    /// An app secret looks like Meta's own, 32 hex digits, so that a real one can take its place.
    static func content(of name: String, _ random: (Int) -> [UInt8]) -> [UInt8] {
        let isBinary = name.hasSuffix(".key") || name.hasSuffix(".pepper")
        return Array((isBinary ? Base64URL.encode(random(Hello.secretBytes)) : Hex.encode(random(16))).utf8)
    }
}
