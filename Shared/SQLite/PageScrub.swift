import CSQLite

/// Clears the space between the rows of every page that is written to the database file.
///
/// `secure_delete` overwrites what a DELETE removes. But when SQLite splits or merges pages it moves rows and leaves their old bytes in
/// the gap of the page that they left; a later DELETE doesn't know that copy, and no checkpoint removes it. So the writer's connection
/// writes pages through here: in a file that was always written so, no gap and no free block holds anything.
/// Source: sqlite.org/fileformat2.html section 1.6; SQLite 3.40.1 as observed by the byte scan.
final class PageScrub {
    /// With fewer pages than this the first byte tells a b-tree page from an overflow or free-list page, which begin with a page number.
    static let pageCountMax = 33_554_431

    private let wrapped: UnsafeMutablePointer<csqlite_wrapped_methods>

    /// Replaces the write method of the connection's database file, whatever VFS it came from. Lives longer than the connection.
    init(_ handle: OpaquePointer) throws(DatabaseError) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard code == SQLITE_OK, let file, let original = file.pointee.pMethods else {
            throw DatabaseError(sqlite: code, operation: "open: scrub pages")
        }
        wrapped = .allocate(capacity: 1)
        wrapped.initialize(to: csqlite_wrapped_methods(methods: original.pointee, original: original))
        wrapped.pointee.methods.xWrite = { PageScrub.write($0!, $1!, $2, $3) }
        file.pointee.pMethods = UnsafeRawPointer(wrapped).assumingMemoryBound(to: sqlite3_io_methods.self)
    }

    deinit { wrapped.deallocate() }

    private static func write(
        _ file: UnsafeMutablePointer<sqlite3_file>, _ bytes: UnsafeRawPointer, _ count: Int32, _ offset: sqlite3_int64
    ) -> Int32 {
        let wrapped = UnsafeRawPointer(file.pointee.pMethods!).assumingMemoryBound(to: csqlite_wrapped_methods.self)
        guard let original = wrapped.pointee.original.pointee.xWrite else { return SQLITE_IOERR }
        guard count >= 512, count & (count - 1) == 0, offset % Int64(count) == 0 else { return original(file, bytes, count, offset) }
        return withUnsafeTemporaryAllocation(byteCount: Int(count), alignment: 16) { page in
            page.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            clear(page, headerStart: offset == 0 ? 100 : 0)
            return original(file, page.baseAddress, count, offset)
        }
    }

    /// Zeroes gap and free blocks of a b-tree page. A page that is none, or makes no sense, stays as it is.
    static func clear(_ page: UnsafeMutableRawBufferPointer, headerStart: Int) {
        let bytes = UnsafeRawBufferPointer(page)
        let kind = bytes[headerStart]
        guard kind == 2 || kind == 5 || kind == 10 || kind == 13 else { return }
        let pointersEnd = headerStart + (kind < 10 ? 12 : 8) + Bytes.integer(bytes, headerStart + 3, 2) * 2
        let stored = Bytes.integer(bytes, headerStart + 5, 2)
        let contentStart = stored == 0 ? 65_536 : stored
        guard pointersEnd <= contentStart, contentStart <= page.count else { return }
        zero(page, pointersEnd..<contentStart)
        var block = Bytes.integer(bytes, headerStart + 1, 2)
        while block >= contentStart, block + 4 <= page.count {
            let next = Bytes.integer(bytes, block, 2)
            let size = Bytes.integer(bytes, block + 2, 2)
            guard size >= 4, block + size <= page.count else { return }
            zero(page, block + 4..<block + size)
            guard next > block else { return }  // Blocks stand in rising order; 0 ends them.
            block = next
        }
    }

    private static func zero(_ page: UnsafeMutableRawBufferPointer, _ range: Range<Int>) {
        UnsafeMutableRawBufferPointer(rebasing: page[range]).initializeMemory(as: UInt8.self, repeating: 0)
    }
}
