import Net
import Wire

/// Passes blocking calls on to a client and notes how long the frames were, so that a baseline can exchange as much.
final class FrameMeter: Transport, @unchecked Sendable {  // Used by one thread at a time.
    private let client: MeshClient
    /// Frames of the last call, with their length prefix.
    private(set) var requestBytes = 0
    private(set) var replyBytes = 0

    init(_ client: MeshClient) { self.client = client }

    func exchange(
        timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void
    ) {
        client.exchange(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame, receive: receive)
    }

    func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8]) -> ReplyBytes {
        let reply = client.exchangeBlocking(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat) { id in
            let bytes = frame(id)
            requestBytes = bytes.count
            return bytes
        }
        if case .frame(_, let range) = reply { replyBytes = Frame.headerBytes + range.count }
        return reply
    }
}
