import Digest
import Domain
import Wire

/// Meta's `signed_request`: `base64url(signature).base64url(payload)`, signed with the app's secret over the ENCODED payload.
/// Source: Meta for Developers, "Data Deletion Request Callback".
struct SignedRequest: Equatable {
    enum Refusal: Error { case malformed, wrongSignature, otherAlgorithm, expired }

    static let lengthMax = 16_384
    static let userLengthMax = 64
    /// The end of the year 9999.
    static let secondMax: Int64 = 253_402_300_799

    /// As it came.
    let text: String
    /// App-scoped: not the id of anybody who writes messages.
    let user: String
    /// The end of that second: Meta tells no more.
    let issuedAt: Timestamp?

    /// Verifies before it parses: nothing of what a stranger wrote is looked into.
    /// - Parameter keys: of all live secrets; one of them must have signed.
    init(verifying text: String, keys: [HMACSHA256Key], nowSeconds: Int64) throws(Refusal) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard text.utf8.count <= SignedRequest.lengthMax, parts.count == 2, let signature = Base64URL.decode(String(parts[0])) else {
            throw .malformed
        }
        let signed = Array(parts[1].utf8)
        guard keys.contains(where: { $0.isValid(signature, for: signed) }) else { throw .wrongSignature }
        guard let payload = Base64URL.decode(String(parts[1])) else { throw .malformed }
        let fields: JSONView
        do { fields = try JSONView(checking: payload) } catch { throw .malformed }
        guard fields["algorithm"]?.string?.uppercased() == "HMAC-SHA256" else { throw .otherAlgorithm }
        // 0 says that it never expires.
        if let expires = fields["expires"]?.int, expires != 0, expires <= nowSeconds { throw .expired }
        guard let user = fields["user_id"]?.string ?? fields["user_id"]?.int.map(String.init),
            1...SignedRequest.userLengthMax ~= user.unicodeScalars.count
        else { throw .malformed }
        self.text = text
        self.user = user
        issuedAt = fields["issued_at"]?.int.flatMap { second in
            (0...SignedRequest.secondMax).contains(second) ? Timestamp(rawValue: second * 1000 + 999) : nil
        }
    }
}
