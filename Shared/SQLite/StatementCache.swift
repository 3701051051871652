import CSQLite

/// The compiled statements of one connection by their SQL text.
///
/// SQL is nearly always a literal, whose address is its identity: a look at a small table by address comes before the hashing of the text.
struct StatementCache {
    /// Distinct SQL texts kept compiled. Reaching it means that SQL is being built from values.
    static let countMax = 512
    private static let slotCount = 256

    private struct Slot {
        let start: UnsafePointer<UInt8>
        let count: Int
        let text: String  // Keeps the bytes at `start` alive, so that no other text can come to stand there.
        let handle: OpaquePointer
    }

    private var byText: [String: OpaquePointer] = [:]
    private var byAddress = [Slot?](repeating: nil, count: StatementCache.slotCount)

    var isFull: Bool { byText.count >= StatementCache.countMax }
    var handles: Dictionary<String, OpaquePointer>.Values { byText.values }

    mutating func find(_ sql: String) -> OpaquePointer? {
        guard let bytes = StatementCache.address(sql) else { return byText[sql] }
        let index = StatementCache.slot(bytes)
        if let slot = byAddress[index], slot.start == bytes.baseAddress, slot.count == bytes.count { return slot.handle }
        guard let handle = byText[sql], let start = bytes.baseAddress else { return nil }
        byAddress[index] = Slot(start: start, count: bytes.count, text: sql, handle: handle)
        return handle
    }

    mutating func keep(_ sql: String, _ handle: OpaquePointer) { byText[sql] = handle }

    /// Where the text stands, used as a number only; nil for a short text, which stands inside the String value itself.
    private static func address(_ sql: String) -> UnsafeBufferPointer<UInt8>? {
        guard sql.utf8.count > 15 else { return nil }
        return sql.utf8.withContiguousStorageIfAvailable { $0 }
    }

    private static func slot(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let mixed = (UInt(bitPattern: bytes.baseAddress) >> 3 ^ UInt(bitPattern: bytes.count)) &* 0x9e37_79b9_7f4a_7c15
        return Int(mixed >> 56)
    }
}
