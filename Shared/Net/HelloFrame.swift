import Glibc
import Wire

/// Reads the hello's frames: a peer that sends one byte now and then gets no more time than one that sends none.
struct HelloFrame {
    /// How often `isWanted` is asked while nothing comes.
    static let sliceMilliseconds: Int64 = 25

    let socket: Socket
    /// Milliseconds of the monotonic clock by which the whole hello must be over.
    let deadline: Int64
    /// Whether anyone still waits for this connection.
    let isWanted: () -> Bool

    init(_ socket: Socket, deadline: Int64, isWanted: @escaping () -> Bool = { true }) {
        self.socket = socket
        self.deadline = deadline
        self.isWanted = isWanted
    }

    /// The next frame's range in `buffer`.
    func next(_ buffer: inout FrameBuffer) throws(Fault) -> Range<Int> {
        while true {
            if let range = try buffer.next() { return range }
            try waitUntil(POLLIN)
            let count = buffer.fill { socket.receiveNow(into: $0) }
            if count == 0 { throw Fault(.unavailable, "the peer closed the connection during the hello") }
            if count < 0, errno != EAGAIN, errno != EINTR { throw Fault(.unavailable, "the connection broke during the hello") }
        }
    }

    /// Waits until the socket is ready for `events` or broken.
    func waitUntil(_ events: Int32) throws(Fault) {
        while true {
            let left = deadline - EventLoop.monotonicMilliseconds()
            guard left > 0 else { throw Fault(.deadlineExceeded, "the hello took too long") }
            guard isWanted() else { throw Fault(.unavailable, "nobody waits for this connection any more") }
            var entry = pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)
            if poll(&entry, 1, Int32(min(left, HelloFrame.sliceMilliseconds))) > 0 { return }
        }
    }
}

extension Socket {
    /// What is there, without waiting: as recv(2) with MSG_DONTWAIT; -1 and errno.
    func receiveNow(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
    }
}
