/// The scan of one SQLite database file, page by page: what stands in rows, and what stands where no row is.
///
/// It walks every tree from the schema, every overflow chain and the free list; a page that none of them names counts as free.
struct PageScan {
    private let file: ScannedFile
    private let needles: Needles
    private let pageSize: Int
    private let usable: Int
    private let pageCount: Int
    private var seen: [Bool]
    private(set) var hits = HitList()

    static let magic = Array("SQLite format 3\0".utf8)
    /// Levels of a b-tree; SQLite itself stops at 20.
    private static let depthMax = 20

    init(_ file: ScannedFile, _ needles: Needles, header: [UInt8]) throws {
        self.file = file
        self.needles = needles
        let stored = Int(header[16]) << 8 | Int(header[17])
        pageSize = stored == 1 ? 65_536 : stored
        usable = pageSize - Int(header[20])
        guard pageSize >= 512, pageSize & (pageSize - 1) == 0, usable >= 480, file.count % pageSize == 0 else {
            throw PageMap.Implausible(reason: "the page size")
        }
        // 1 is UTF-8, 0 an empty schema: needles in another encoding would be overlooked.
        guard header[56...58].allSatisfy({ $0 == 0 }), header[59] <= 1 else { throw PageMap.Implausible(reason: "the encoding") }
        pageCount = file.count / pageSize
        seen = [Bool](repeating: false, count: pageCount + 1)
    }

    mutating func run() throws {
        let roots = try walk(root: 1, name: "sqlite_schema", collectsSchema: true)
        for (root, name) in roots { _ = try walk(root: root, name: name, collectsSchema: false) }
        try walkFreeList()
        for number in 1...pageCount where !seen[number] { try scanFree(page(number), number) }
    }

    /// Scans one tree. From the schema's own tree it returns what the other trees are called.
    private mutating func walk(root: Int, name: String, collectsSchema: Bool) throws -> [(root: Int, name: String)] {
        var roots: [(Int, String)] = []
        var stack = [(number: root, depth: 0)]
        while let (number, depth) = stack.popLast() {
            guard depth < PageScan.depthMax else { throw PageMap.Implausible(reason: "a tree is too deep") }
            let bytes = try visit(number)
            let map = try bytes.withUnsafeBytes { try PageMap($0, number: number, usable: usable) }
            scanTreePage(bytes, map, number, name)
            for cell in map.cells where cell.overflow != 0 || collectsSchema {
                let payload = try self.payload(of: cell, bytes)
                if cell.overflow != 0 { scanOverflowing(payload, cell, number, name) }
                if collectsSchema, cell.payloadCount > 0, let entry = try SchemaRecord.read(payload) { roots.append(entry) }
            }
            stack += map.children.map { ($0, depth + 1) }
        }
        return roots
    }

    /// A hit inside one cell is live; anything else on the page is between the rows: free space, free blocks, reserved bytes.
    private mutating func scanTreePage(_ bytes: [UInt8], _ map: PageMap, _ number: Int, _ name: String) {
        search(bytes) { match in
            let place = match.offset..<match.offset + match.length
            let isLive = map.cells.contains { $0.extent.lowerBound <= place.lowerBound && place.upperBound <= $0.extent.upperBound }
            return ByteScan.Hit(page: number, place: isLive ? .live : .free, table: name, needle: match.needle)
        }
    }

    /// Hits that reach into the overflow pages; those on the b-tree page itself are counted there.
    private mutating func scanOverflowing(_ payload: [UInt8], _ cell: PageMap.Cell, _ number: Int, _ name: String) {
        search(payload) { match in
            guard match.offset + match.length > cell.payload.count else { return nil }
            return ByteScan.Hit(page: number, place: .live, table: name, needle: match.needle)
        }
    }

    /// The whole payload, put together over its overflow pages. What stands behind its end on the last page is scanned as free.
    private mutating func payload(of cell: PageMap.Cell, _ bytes: [UInt8]) throws -> [UInt8] {
        var payload = Array(bytes[cell.payload])
        var number = cell.overflow
        while payload.count < cell.payloadCount {
            let place = number
            let page = try visit(place)
            let part = min(cell.payloadCount - payload.count, usable - 4)
            payload += page[4..<4 + part]
            number = page.withUnsafeBytes { Bytes.integer($0, 0, 4) }
            let end = 4 + part
            search(page) { match in
                match.offset + match.length > end ? ByteScan.Hit(page: place, place: .free, table: nil, needle: match.needle) : nil
            }
        }
        guard number == 0 else { throw PageMap.Implausible(reason: "an overflow chain goes on behind its end") }
        return payload
    }

    private mutating func walkFreeList() throws {
        let header = try page(1)
        var trunk = header.withUnsafeBytes { Bytes.integer($0, 32, 4) }
        while trunk != 0 {
            let bytes = try visit(trunk)
            scanFree(bytes, trunk)
            let count = bytes.withUnsafeBytes { Bytes.integer($0, 4, 4) }
            guard count <= usable / 4 - 2 else { throw PageMap.Implausible(reason: "the free list") }
            for index in 0..<count {
                let leaf = bytes.withUnsafeBytes { Bytes.integer($0, 8 + index * 4, 4) }
                scanFree(try visit(leaf), leaf)
            }
            trunk = bytes.withUnsafeBytes { Bytes.integer($0, 0, 4) }
        }
    }

    private mutating func scanFree(_ bytes: [UInt8], _ number: Int) {
        search(bytes) { ByteScan.Hit(page: number, place: .free, table: nil, needle: $0.needle) }
    }

    private mutating func search(_ bytes: [UInt8], _ hit: (Needles.Match) -> ByteScan.Hit?) {
        needles.search(bytes) { match in
            if let hit = hit(match) { hits.add(hit) }
        }
    }

    /// A page that is reached for the first time; twice means that the file is changing.
    private mutating func visit(_ number: Int) throws -> [UInt8] {
        guard number >= 1, number <= pageCount, !seen[number] else { throw PageMap.Implausible(reason: "page \(number) is named wrongly") }
        seen[number] = true
        return try page(number)
    }

    private func page(_ number: Int) throws -> [UInt8] {
        let bytes = try file.bytes(at: (number - 1) * pageSize, pageSize)
        guard bytes.count == pageSize else { throw PageMap.Implausible(reason: "the file got shorter") }
        return bytes
    }
}

/// The two things of a row of sqlite_schema that a scan needs.
enum SchemaRecord {
    /// Root page and name; nil for what has no pages (views, triggers, virtual tables).
    /// Source: sqlite.org/fileformat2.html sections 2.1 and 2.6.
    static func read(_ payload: [UInt8]) throws(PageMap.Implausible) -> (root: Int, name: String)? {
        var fields: [Range<Int>] = []
        var problem: PageMap.Implausible?
        var root = 0
        payload.withUnsafeBytes { bytes in
            do throws(PageMap.Implausible) {
                var position = 0
                let headerEnd = Int(clamping: try Bytes.varint(bytes, &position, bytes.count))
                guard headerEnd <= bytes.count else { throw PageMap.Implausible(reason: "a schema record") }
                var start = headerEnd
                while position < headerEnd && fields.count < 4 {
                    let width = width(of: try Bytes.varint(bytes, &position, headerEnd))
                    guard width <= bytes.count - start else { throw PageMap.Implausible(reason: "a schema record") }
                    fields.append(start..<start + width)
                    start += width
                }
                guard fields.count == 4, fields[3].count <= 4 else { throw PageMap.Implausible(reason: "a schema record") }
                root = Bytes.integer(bytes, fields[3].lowerBound, fields[3].count)
            } catch { problem = error }
        }
        if let problem { throw problem }
        return root == 0 ? nil : (root, String(decoding: payload[fields[1]], as: UTF8.self))
    }

    private static func width(of serialType: Int64) -> Int {
        switch serialType {
        case 0, 8, 9: 0
        case 1...4: Int(serialType)
        case 5: 6
        case 6, 7: 8
        default: Int(clamping: max(0, serialType - 12) / 2)
        }
    }
}
