import Baselines
import ConversationStoreContracts
import Digest
import Domain
import Wire

/// Messages with new random ids, each of a random one of so many people: the same for us and for bare C.
struct SampleMessages: Sendable {
    static let workspace = WorkspaceID(rawValue: "bench")
    static let textBytes = 200
    /// As long as a WhatsApp id.
    private static let idBytes = 60

    let count: Int
    private let ids: [UInt8]
    private let texts: [UInt8]
    private let people: [Int64]
    private let start: Int64

    init(_ count: Int, people peopleCount: Int, at time: Timestamp) {
        self.count = count
        start = time.rawValue
        // 45 random bytes are 60 characters.
        ids = (0..<count).flatMap { _ in Base64URL.encode(SecureRandom.bytes(SampleMessages.idBytes / 4 * 3)).utf8 }
        texts = (0..<count * SampleMessages.textBytes).map { UInt8(ascii: "a") + UInt8($0 % 23) }
        people = (0..<count).map { _ in Int64.random(in: 1...Int64(peopleCount)) }
    }

    /// As bare C takes them; valid inside `body`.
    func withBaseline<Value>(_ body: (UnsafePointer<baseline_messages>) -> Value) -> Value {
        ids.withUnsafeBytes { ids in
            texts.withUnsafeBytes { texts in
                people.withUnsafeBufferPointer { people in
                    var messages = baseline_messages(
                        ids: ids.baseAddress?.assumingMemoryBound(to: CChar.self), id_bytes: Int32(SampleMessages.idBytes),
                        texts: texts.baseAddress?.assumingMemoryBound(to: CChar.self), text_bytes: Int32(SampleMessages.textBytes),
                        conversations: people.baseAddress, count: Int32(count))
                    return body(&messages)
                }
            }
        }
    }

    /// As intake sends them, so many events to a request.
    func requests(eventsPerRequest: Int) -> [AppendEvents] {
        stride(from: 0, to: count, by: eventsPerRequest).map { first in
            AppendEvents(
                key: RequestKey("bench-\(first)"), workspace: SampleMessages.workspace, channel: ChannelID(rawValue: "bench-whatsapp"),
                account: Account(.whatsapp, "100000000000001"), events: (first..<min(first + eventsPerRequest, count)).map(event))
        }
    }

    private func event(_ index: Int) -> ChannelEvent {
        let time = Timestamp(rawValue: start + Int64(index))
        var event = ChannelEvent(
            kind: .message, id: text(ids, index, SampleMessages.idBytes),
            participant: ParticipantIdentity(phone: "1555\(1_000_000 + people[index])"), sentAt: time, receivedAt: time)
        event.type = "text"
        event.text = text(texts, index, SampleMessages.textBytes)
        return event
    }

    private func text(_ bytes: [UInt8], _ index: Int, _ length: Int) -> String {
        String(decoding: bytes[index * length..<(index + 1) * length], as: UTF8.self)
    }
}
