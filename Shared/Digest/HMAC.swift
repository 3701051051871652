/// A prepared HMAC-SHA256 key: both halves of the key are hashed once, so that a short message costs no block for its key.
/// Source: RFC 2104, RFC 4231; FIPS 198-1 for keys longer than a block, which are hashed first.
///
/// Printing or dumping one shows nothing of the key.
public struct HMACSHA256Key: Sendable, CustomStringConvertible, CustomReflectable {
    fileprivate let inner: SHA256
    fileprivate let outer: SHA256

    /// Any length is accepted, as the RFC says; a secret of the mesh has 32 random bytes.
    public init(_ key: [UInt8]) {
        var block = key.count > SHA256.blockLength ? SHA256.digest(key) : key
        block.append(contentsOf: repeatElement(0, count: SHA256.blockLength - block.count))
        var inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 })
        var outer = SHA256()
        outer.update(block.map { $0 ^ 0x5c })
        self.inner = inner
        self.outer = outer
    }

    /// The 32-byte code of `bytes`.
    public func authenticate(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { authenticate($0) }
    }

    /// The 32-byte code of `bytes`.
    public func authenticate(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var code = HMACSHA256(self)
        code.update(bytes)
        return code.finalize()
    }

    /// The 32-byte code of the pieces one after the other.
    ///
    /// Nothing marks where a piece ends: ("ab", "c") and ("a", "bc") have one code, so separate or count what may vary.
    public func authenticate(pieces: [UInt8]...) -> [UInt8] {
        var code = HMACSHA256(self)
        for piece in pieces { code.update(piece) }
        return code.finalize()
    }

    /// Whether `mac` is the whole 32-byte code of `bytes`, in a time that doesn't tell where they differ. A shortened code is refused.
    public func isValid(_ mac: [UInt8], for bytes: [UInt8]) -> Bool {
        constantTimeEquals(mac, authenticate(bytes))
    }

    /// Whether `mac` is the whole 32-byte code of `bytes`, in a time that doesn't tell where they differ. A shortened code is refused.
    public func isValid(_ mac: [UInt8], for bytes: UnsafeRawBufferPointer) -> Bool {
        constantTimeEquals(mac, authenticate(bytes))
    }

    public var description: String { "HMACSHA256Key" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// HMAC-SHA256 of a message that comes in pieces. Source: RFC 2104 §2.
public struct HMACSHA256: Sendable, CustomStringConvertible, CustomReflectable {
    private var inner: SHA256
    private let outer: SHA256

    public init(_ key: HMACSHA256Key) {
        inner = key.inner
        outer = key.outer
    }

    /// Appends `bytes` to the message.
    public mutating func update(_ bytes: [UInt8]) { inner.update(bytes) }

    /// Appends `bytes` to the message.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) { inner.update(bytes) }

    /// The code of the message so far, 32 bytes. It ends nothing: updating may go on.
    public func finalize() -> [UInt8] {
        var last = outer
        withUnsafeBytes(of: inner.finalState()) { last.update($0) }
        return last.finalize()
    }

    public var description: String { "HMACSHA256" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
