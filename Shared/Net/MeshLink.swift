import Glibc
import Wire

/// A standing connection of a `MeshClient`: any thread sends, one thread at a time reads.
final class MeshLink {  // `buffer`, `notes` and `expiredAt` belong to whoever leads; the rest never changes or guards itself.
    /// A receive wakes this often, so that deadlines are kept when nothing arrives (≤ 50 ms late).
    static let tickMilliseconds: Int64 = 25

    enum Arrival {
        case bytes, nothing
        case over
    }

    let queue: SendQueue
    @exclusivity(unchecked) var buffer: FrameBuffer
    let notes = FlushNotes()
    /// When deadlines were looked at last.
    @exclusivity(unchecked) var expiredAt: Int64 = 0

    init(_ socket: Socket, _ buffer: FrameBuffer) throws(NetError) {
        try socket.setReceiveTimeout(milliseconds: MeshLink.tickMilliseconds)
        queue = SendQueue(socket, budget: nil, stallMillisecondsMax: MeshListenerOptions().stallMillisecondsMax)
        self.buffer = buffer
        self.buffer.lengthMax = Frame.lengthMax
    }

    /// Waits for bytes, at most one tick.
    func receive() -> Arrival {
        let descriptor = queue.socket.descriptor
        let count = buffer.fill { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count > 0 { return .bytes }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .over
    }

    /// Whether the peer closed it while nobody read.
    var isOver: Bool {
        var byte: UInt8 = 0
        let count = recv(queue.socket.descriptor, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
        return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR || !queue.isOpen
    }
}
