import Baselines
import Digest
import Domain
import Wire

/// Webhooks as WhatsApp posts them, all different, signed before anything is measured.
struct SignedDeliveries: Sendable {
    static let business = "102290129340398"
    static let textBytes = 200
    private static let people = 1_000

    let count: Int
    let updatesEach: Int
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// - Parameters:
    ///   - updatesEach: messages in each; of one number, or dealt to all.
    ///   - textBytes: of each message.
    init(
        _ count: Int, updatesEach: Int = 1, textBytes: Int = SignedDeliveries.textBytes, secret: [UInt8], at time: Timestamp
    ) {
        self.count = count
        self.updatesEach = updatesEach
        let key = HMACSHA256Key(secret)
        let text = String(decoding: (0..<textBytes).map { UInt8(ascii: "a") + UInt8($0 % 23) }, as: UTF8.self)
        for index in 0..<count {
            let updates = (0..<updatesEach).map { index * updatesEach + $0 }
            let body = Array(SignedDeliveries.body(updates, text: text, at: time).utf8)
            let head = """
                POST /webhooks/whatsapp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\
                X-Hub-Signature-256: sha256=\(Hex.encode(key.authenticate(body)))\r\n\r\n
                """
            bytes += Array(head.utf8) + body
            ends.append(bytes.count)
        }
    }

    /// Bytes of one, its head included.
    var bytesEach: Int { bytes.count / count }

    /// As bare C posts them; valid inside `body`.
    func withRequests<Value>(_ body: (UnsafePointer<baseline_requests>) -> Value) -> Value {
        bytes.withUnsafeBytes { bytes in
            ends.withUnsafeBufferPointer { ends in
                var requests = baseline_requests(
                    bytes: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), ends: ends.baseAddress, count: Int32(count))
                return body(&requests)
            }
        }
    }

    private static func body(_ updates: [Int], text: String, at time: Timestamp) -> String {
        let numbers = WholeMesh.numbers
        let changes = numbers.indices.compactMap { place -> String? in
            let own = updates.filter { $0 % numbers.count == place }
            return own.isEmpty ? nil : change(own, numbers[place], text: text, at: time)
        }
        return #"{"object":"whatsapp_business_account","entry":[{"id":"\#(business)","changes":[\#(changes.joined(separator: ","))]}]}"#
    }

    private static func change(_ updates: [Int], _ number: String, text: String, at time: Timestamp) -> String {
        let senders = updates.map { _ in "1555\(1_000_000 + Int.random(in: 0..<people))" }
        let contacts = Set(senders).map { #"{"profile":{"name":"Nemo"},"wa_id":"\#($0)"}"# }
        let messages = senders.map { sender in
            // 30 random bytes are 40 characters: the id is as long as WhatsApp's, and new in every round.
            """
            {"from":"\(sender)","id":"wamid.HBgN\(Base64URL.encode(SecureRandom.bytes(30)))","timestamp":"\(time.rawValue / 1000)",\
            "type":"text","text":{"body":"\(text)"}}
            """
        }
        return """
            {"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",\
            "phone_number_id":"\(number)"},"contacts":[\(contacts.joined(separator: ","))],"messages":[\(messages.joined(separator: ","))]}}
            """
    }
}
