/// Finds a name that stands twice in one object. The names lie on the reader's stack, so that small objects cost no allocation.
///
/// A few plain names are compared one by one. Many, or some with escapes, are hashed: an object made of look-alikes must not cost the
/// square of its size.
struct UniqueNames {
    static let comparedMax = 12

    private let base: Int
    private var count = 0
    private var hashed: Set<[UInt8]> = []

    init(of reader: borrowing JSONReader) { base = reader.names.count }

    var isEmpty: Bool { count == 0 }

    /// Throws when the name was met before and the reader is strict, or when there are too many.
    mutating func insert(_ name: JSONReader.Name, of reader: inout JSONReader) throws(WireError) {
        if count == JSONReader.memberCountMax { throw .syntax("more than \(JSONReader.memberCountMax) members") }
        if hashed.isEmpty && name.isPlain && count < UniqueNames.comparedMax {
            for index in base..<reader.names.count where reader.areEqual(reader.names[index].range, name.range) {
                try UniqueNames.repeated(&reader)
            }
            reader.names.append(name)
        } else {
            if hashed.isEmpty { for index in base..<reader.names.count { hashed.insert(reader.unescaped(reader.names[index].range)) } }
            if !hashed.insert(reader.unescaped(name.range)).inserted { try UniqueNames.repeated(&reader) }
        }
        count += 1
    }

    private static func repeated(_ reader: inout JSONReader) throws(WireError) {
        guard reader.mode == .webhook else { throw .syntax("a member's name stands twice") }
        reader.hasRepeatedNames = true
    }

    /// Takes the object's names off the stack.
    func end(of reader: inout JSONReader) { while reader.names.count > base { reader.names.removeLast() } }
}
