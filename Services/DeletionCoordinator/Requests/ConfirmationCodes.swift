import Digest
import Wire

/// Makes the codes that open a status page. A code follows from the request's key and a secret, so that a repeat is given the same one
/// although the file knows no code, only its digest.
struct ConfirmationCodes: Sendable {
    /// 160 bits: 32 characters of five bits each, lower case, none that is easily taken for another.
    static let codeBytes = 20
    static let codeLength = 32

    /// 80 bits, in four groups that a person can type: `delete-abcd-efgh-ijkl-mnop`. It is worth something for a day, to whoever wrote
    /// in that chat; and unlike the code of the page it is seen by others.
    static let chatCodeBytes = 10
    static let chatCodePrefix = "delete"

    private let codeKey: HMACSHA256Key
    private let chatKey: HMACSHA256Key
    private let digestKey: HMACSHA256Key

    /// `secret` is one that the service has anyway; what is derived from it here serves nothing else.
    init(secret: [UInt8]) {
        codeKey = HMACSHA256Key(HKDF.derive(from: secret, salt: [], info: Array("confirmation codes".utf8), count: 32))
        chatKey = HMACSHA256Key(HKDF.derive(from: secret, salt: [], info: Array("chat codes".utf8), count: 32))
        digestKey = HMACSHA256Key(HKDF.derive(from: secret, salt: [], info: Array("request digests".utf8), count: 32))
    }

    func code(for key: RequestKey) -> String {
        Base32.encode(Array(codeKey.authenticate(Array(key.rawValue.utf8)).prefix(ConfirmationCodes.codeBytes)))
    }

    /// What the person sends in their chat.
    func chatCode(for key: RequestKey) -> String {
        let signs = Array(Base32.encode(Array(chatKey.authenticate(Array(key.rawValue.utf8)).prefix(ConfirmationCodes.chatCodeBytes))))
        let groups = stride(from: 0, to: signs.count, by: 4).map { String(signs[$0..<min($0 + 4, signs.count)]) }
        return ([ConfirmationCodes.chatCodePrefix] + groups).joined(separator: "-")
    }

    static func digest(ofChatCode code: String) -> [UInt8] { digest(of: code.lowercased()) }

    /// By what a code is found again. Unkeyed: nobody can guess 160 bits.
    static func digest(of code: String) -> [UInt8] { SHA256.digest(Array(code.utf8)) }

    /// A keyed digest of content, to tell whether two requests ask for the same. `name` parts the uses.
    func digest(_ name: StaticString, of bytes: [UInt8]) -> [UInt8] {
        digestKey.authenticate(pieces: Array("\(name)\n".utf8), bytes)
    }
}

/// RFC 4648 §6 in lower case, without padding.
enum Base32 {
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(alphabet[Int(bits >> UInt32(count) & 31)])
            }
            bits &= 1 << UInt32(count) - 1
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(5 - count) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
