/// Frames: a 4-byte big-endian unsigned length, then that many bytes of JSON (DESIGN §2).
public enum Frame {
    public static let headerBytes = 4
    public static let lengthMax = 4 * 1024 * 1024
    /// Until the hello is done a stranger is at the other end.
    public static let helloLengthMax = 8 * 1024

    /// Room that most frames fit into.
    @usableFromInline static let commonBytes = 512

    /// Writes one frame around what `body` writes. Not inlinable: outside, making an array looks up its type each time.
    @usableFromInline
    static func write(reserving capacity: Int = commonBytes, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var frame: [UInt8] = []
        var larger: [UInt8] = []
        // Most frames are written where they stay.
        frame.append(addingCapacity: capacity) { span in
            span.withUnsafeMutableBufferPointer { room, count in
                var writer = JSONWriter(lent: room)
                writer.beginFrame()
                body(&writer)
                writer.endFrame()
                if writer.isLent { count = writer.count } else { larger = writer.bytes }
            }
        }
        return larger.isEmpty ? frame : larger
    }
}

/// Finds frames in bytes that arrive in any cutting. Holds at most one partial frame plus what one read brought.
public struct FrameBuffer {
    /// What a read asks for at least.
    public static let readBytes = 64 * 1024
    /// What an empty buffer keeps: one large frame must not cost its memory for as long as the connection lives.
    static let keptBytesMax = 512 * 1024

    public private(set) var bytes: [UInt8]
    private var start = 0
    private var end = 0
    public var lengthMax: Int

    public init(lengthMax: Int = Frame.helloLengthMax) {
        self.lengthMax = lengthMax
        bytes = []
    }

    /// The next whole frame's range in `bytes`, valid until the next `fill`; nil when more bytes are needed.
    /// - Throws: `tooLarge` for a length that we don't take, `malformed` for zero.
    public mutating func next() throws(Fault) -> Range<Int>? {
        guard end - start >= Frame.headerBytes else { return nil }
        let length = lengthAhead
        // Length first: a lying peer must not make us allocate.
        if length == 0 { throw Fault(.malformed, "a frame has at least 1 byte") }
        if length > lengthMax { throw Fault(.tooLarge, "a frame has at most \(lengthMax) bytes") }
        guard end - start >= Frame.headerBytes + length else { return nil }
        let range = start + Frame.headerBytes..<start + Frame.headerBytes + length
        start = range.upperBound
        return range
    }

    /// The range of the one whole frame that is all that is here; nil for anything else. It stays: `empty` takes it out.
    public var loneFrame: Range<Int>? {
        guard end - start > Frame.headerBytes, end - start - Frame.headerBytes == lengthAhead, lengthAhead <= lengthMax else { return nil }
        return start + Frame.headerBytes..<end
    }

    /// Takes out what is here. The bytes stay valid until the next `fill`.
    public mutating func empty() { start = end }

    /// The length of the frame whose header is here.
    private var lengthAhead: Int {
        bytes.withUnsafeBytes { Int(UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: start, as: UInt32.self))) }
    }

    /// Whether some bytes of a next frame are here.
    public var isPartial: Bool { end > start }

    /// Lets `read` put bytes behind what is there; it returns how many (0 or less: none came).
    public mutating func fill(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        if start == end {
            start = 0
            end = 0
        }
        if end == 0 && bytes.count > FrameBuffer.keptBytesMax { bytes = [] }
        // No more than has come already: memory follows what a peer sends, not what it announces.
        let wanted = max(FrameBuffer.readBytes, min(missing, end - start))
        if bytes.count - end < wanted {
            moveToFront()
            if bytes.count - end < wanted { bytes += [UInt8](repeating: 0, count: end + wanted - bytes.count) }
        }
        let count = bytes.withUnsafeMutableBytes { read(UnsafeMutableRawBufferPointer(rebasing: $0[end...])) }
        if count > 0 { end += count }
        return count
    }

    private mutating func moveToFront() {
        guard start > 0 else { return }
        let range = start..<end
        bytes.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range])) }
        end -= start
        start = 0
    }

    /// For tests and transports that bring their own bytes.
    public mutating func append(_ more: [UInt8]) {
        var taken = 0
        while taken < more.count {
            taken += fill { target in
                more.withUnsafeBytes { source in
                    let piece = UnsafeRawBufferPointer(rebasing: source[taken...].prefix(target.count))
                    target.copyMemory(from: piece)
                    return piece.count
                }
            }
        }
    }

    /// Bytes of the frame under way that are not here yet; the length was checked by `next`.
    public var missing: Int {
        guard end - start >= Frame.headerBytes else { return 0 }
        let length = lengthAhead
        return max(0, min(length, lengthMax) + Frame.headerBytes - (end - start))
    }
}
