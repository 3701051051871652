import Net
import Wire

/// How long a request and its reply are on the wire, with their length prefixes.
struct FrameBytes: Sendable {
    var request = 0
    var reply = 0
}

/// Passes blocking calls on to a client and notes how long the frames were, so that a baseline can exchange as much.
final class FrameMeter: Transport, @unchecked Sendable {  // Used by one thread at a time.
    private let client: MeshClient
    /// Of the last call.
    private(set) var frames = FrameBytes()

    init(_ client: MeshClient) { self.client = client }

    func exchange(
        timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void
    ) {
        client.exchange(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame, receive: receive)
    }

    func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8]) -> ReplyBytes {
        let reply = client.exchangeBlocking(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat) { id in
            let bytes = frame(id)
            frames.request = bytes.count
            return bytes
        }
        if case .frame(_, let range) = reply { frames.reply = Frame.headerBytes + range.count }
        return reply
    }
}
