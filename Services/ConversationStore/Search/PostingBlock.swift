import Domain

/// The messages that hold one term, or a part of them: numbers in rising order, the first as it is, the others as their distances from
/// the one before, in 7 bits a byte, the lowest first.
struct PostingBlock: Equatable {
    /// So that a block's row is short beside a page.
    static let countMax = 64

    private(set) var messages: [Int64]

    init(_ messages: [Int64]) { self.messages = messages }

    /// - Parameter rest: as `rest` gave it.
    init(first: Int64, rest: UnsafeRawBufferPointer) {
        messages = [first]
        var last = first
        var distance: Int64 = 0
        var shift: Int64 = 0
        for byte in rest {
            distance |= Int64(byte & 0x7f) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            last += distance
            messages.append(last)
            distance = 0
            shift = 0
        }
    }

    /// The distances, as the file has them.
    var rest: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(messages.count * 2)
        for (one, next) in zip(messages, messages.dropFirst()) {
            var distance = next - one
            while distance >= 0x80 {
                bytes.append(UInt8(distance & 0x7f) | 0x80)
                distance >>= 7
            }
            bytes.append(UInt8(distance))
        }
        return bytes
    }

    mutating func insert(_ message: Int64) {
        let place = messages.lastIndex { $0 <= message }
        if let place, messages[place] == message { return }
        messages.insert(message, at: place.map { $0 + 1 } ?? 0)
    }

    mutating func remove(_ message: Int64) { messages.removeAll { $0 == message } }

    /// As one row or, when it has grown too long, as several.
    var rows: [PostingBlock] {
        stride(from: 0, to: messages.count, by: PostingBlock.countMax).map {
            PostingBlock(Array(messages[$0..<min($0 + PostingBlock.countMax, messages.count)]))
        }
    }
}
