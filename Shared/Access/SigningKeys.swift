import Digest
import Wire

/// Keys that sign short texts and prove them. Two live ones let them be rotated.
///
/// On the wire `<kind>.<key id>.<part>.….<MAC>`: the MAC is base64url of HMAC-SHA256 over everything before the last point, the kind
/// included, so that one kind of text never passes for another.
public struct SigningKeys: Sendable {
    private let keys: [String: HMACSHA256Key]
    /// Signs.
    let newest: String

    /// - Parameter secrets: by id; at least one.
    public init(_ secrets: [String: [UInt8]]) {
        precondition(!secrets.isEmpty, "signed texts need a key")
        keys = secrets.mapValues(HMACSHA256Key.init)
        newest = secrets.keys.max() ?? ""
    }

    /// - Parameter parts: without points.
    func sign(_ kind: String, _ parts: [String]) -> String {
        let text = ([kind, newest] + parts).joined(separator: ".")
        return "\(text).\(Base64URL.encode(authenticate(text, under: newest)))"
    }

    /// The key id and the parts of a text of that kind; nil for one that we didn't sign. Whether it still counts is the caller's question.
    func prove(_ kind: String, _ text: String, partCount: Int) -> (key: String, parts: [String])? {
        var text = text
        return text.withUTF8 { bytes in
            guard let end = bytes.lastIndex(of: .point) else { return nil }
            let signed = UnsafeBufferPointer(rebasing: bytes[..<end])
            let parts = signed.split(separator: .point, maxSplits: partCount + 2, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard parts.count == partCount + 2, parts[0] == kind, let key = keys[parts[1]],
                let mac = Base64URL.decode(Array(bytes[(end + 1)...])), key.isValid(mac, for: UnsafeRawBufferPointer(signed))
            else { return nil }
            return (parts[1], Array(parts[2...]))
        }
    }

    /// - Parameter key: the id of a live one.
    func authenticate(_ text: String, under key: String) -> [UInt8] {
        guard let key = keys[key] else { preconditionFailure("only a live key's id is handed out") }
        return key.authenticate(Array(text.utf8))
    }
}

extension UInt8 {
    fileprivate static let point = UInt8(ascii: ".")
}
