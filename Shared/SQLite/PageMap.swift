/// One page of a SQLite b-tree, read as bytes: where its cells stand, and what is between them.
/// Source: sqlite.org/fileformat2.html section 1.6.
struct PageMap {
    /// The bytes make no sense: the file changes under the reader, or is damaged.
    struct Implausible: Error { let reason: String }

    struct Cell {
        /// Where the cell stands on its page.
        let extent: Range<Int>
        /// Where its payload begins on the page; the local part ends with the extent, or before the overflow page number.
        let payload: Range<Int>
        let payloadCount: Int
        /// First page of the rest of the payload; 0 when there is none.
        let overflow: Int
    }

    let cells: [Cell]
    /// Pages below this one; empty for a leaf.
    let children: [Int]

    /// `usable` is the page size without the reserved bytes; page 1 begins with the file header.
    init(_ page: UnsafeRawBufferPointer, number: Int, usable: Int) throws(Implausible) {
        let header = number == 1 ? 100 : 0
        let kind = page[header]
        guard [2, 5, 10, 13].contains(kind) else { throw Implausible(reason: "page \(number) is no b-tree page") }
        let isInterior = kind == 2 || kind == 5
        let pointers = header + (isInterior ? 12 : 8)
        let count = Bytes.integer(page, header + 3, 2)
        guard pointers + count * 2 <= usable else { throw Implausible(reason: "page \(number) has too many cells") }
        var cells: [Cell] = []
        var children: [Int] = []
        cells.reserveCapacity(count)
        for index in 0..<count {
            let start = Bytes.integer(page, pointers + index * 2, 2)
            guard start >= pointers + count * 2, start + 4 <= usable else { throw Implausible(reason: "page \(number) has a cell outside") }
            if isInterior { children.append(Bytes.integer(page, start, 4)) }
            cells.append(try PageMap.cell(page, start, kind, usable))
        }
        if isInterior { children.append(Bytes.integer(page, header + 8, 4)) }
        self.cells = cells
        self.children = children
    }

    private static func cell(_ page: UnsafeRawBufferPointer, _ start: Int, _ kind: UInt8, _ usable: Int) throws(Implausible) -> Cell {
        var position = start + (kind == 2 || kind == 5 ? 4 : 0)
        if kind == 5 {
            _ = try Bytes.varint(page, &position, usable)
            return Cell(extent: start..<position, payload: position..<position, payloadCount: 0, overflow: 0)
        }
        let count = try Bytes.varint(page, &position, usable)
        if kind == 13 { _ = try Bytes.varint(page, &position, usable) }
        guard count >= 0, count <= 1 << 31 else { throw Implausible(reason: "a payload is too large") }
        let local = localCount(Int(count), isTable: kind == 13, usable)
        let end = position + local
        let hasMore = local < Int(count)
        guard end + (hasMore ? 4 : 0) <= usable else { throw Implausible(reason: "a cell reaches past its page") }
        return Cell(
            extent: start..<max(end + (hasMore ? 4 : 0), start + 4), payload: position..<end, payloadCount: Int(count),
            overflow: hasMore ? Bytes.integer(page, end, 4) : 0)
    }

    /// How much of a payload stands on the b-tree page itself. Source: sqlite.org/fileformat2.html section 1.6, "X", "M" and "K".
    private static func localCount(_ payload: Int, isTable: Bool, _ usable: Int) -> Int {
        let most = isTable ? usable - 35 : (usable - 12) * 64 / 255 - 23
        guard payload > most else { return payload }
        let least = (usable - 12) * 32 / 255 - 23
        let fitting = least + (payload - least) % (usable - 4)
        return fitting <= most ? fitting : least
    }
}

/// Numbers as SQLite writes them.
enum Bytes {
    static func integer(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ width: Int) -> Int {
        var value = 0
        for index in offset..<offset + width { value = value << 8 | Int(bytes[index]) }
        return value
    }

    /// One to nine bytes, seven bits each, the ninth with eight. Moves `position` behind it.
    static func varint(_ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int) throws(PageMap.Implausible) -> Int64 {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard position < end else { throw PageMap.Implausible(reason: "a number reaches past its page") }
            let byte = bytes[position]
            position += 1
            if index == 8 { return Int64(bitPattern: value << 8 | UInt64(byte)) }
            value = value << 7 | UInt64(byte & 0x7f)
            if byte & 0x80 == 0 { break }
        }
        return Int64(bitPattern: value)
    }
}
