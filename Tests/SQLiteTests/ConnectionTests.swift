import SQLite
import Testing

struct ConnectionTests {
    @Test func everyKindOfValueComesBack() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        let cyrillic = "Здравствуйте, это длинный текст"

        try database.read { connection in
            let values: [SQLValue] = [
                .integer(.min), .text(cyrillic), .text(""), .blob([0, 1, 255]), .blob([]), .null, 7, "x", nil, SQLValue(Optional<Int>.none)
            ]
            let read = try connection.first("SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", values) { row -> [SQLValue] in
                let count = row.withBytes(1) { $0.count }
                #expect(count == cyrillic.utf8.count)
                return [
                    .integer(row.int(0)), .text(row.text(1)), SQLValue(row.optionalText(2)), .blob(row.blob(3)),
                    SQLValue(row.optionalBlob(4)), row.isNull(5) ? .null : 0, .integer(row.int(6)), .text(row.text(7)),
                    SQLValue(row.optionalText(8)), SQLValue(row.optionalInt(9))
                ]
            }
            #expect(read == values)
        }
    }

    @Test func aStatementIsUsableAfterAnError() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)

        try database.writer.write("test") { connection in
            let insert = try connection.prepare("INSERT INTO note (text) VALUES (?)")
            try insert.run("once")
            #expect(errorCode { try insert.run("once") } == .constraintUnique)
            #expect(errorCode { try insert.run("forbidden") } == .constraintOther)
            #expect(errorCode { try insert.run() } == .misuse)
            #expect(try insert.run("twice") == 1)
            #expect(try connection.run("UPDATE note SET text = text || '!'") == 2)
        }

        #expect(try Sample.texts(database) == ["once!", "twice!"])
    }

    @Test func anErrorNeverHoldsAValue() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        let secret = "+49 170 1234567"

        func message(_ sql: String) throws -> String {
            do {
                try database.writer.write("store note") { connection in
                    try connection.run(sql, .text(secret))
                    try connection.run(sql, .text(secret))
                }
                return ""
            } catch let error as DatabaseError { return error.description }
        }

        let unique = try message("INSERT INTO note (text) VALUES (?)")
        let json = try message("SELECT json(?)")
        #expect(unique.contains("store note") && unique.contains("note.text"))
        #expect(json.contains("store note"))
        #expect(!(unique + json).contains("1234567"))
    }

    @Test func walkingRowsEndsWithTheBodysError() throws {
        struct Enough: Error {}
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        var seen = 0

        try database.read { connection in
            let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n"
            #expect(throws: Enough.self) {
                try connection.each(numbers, 10) { _ in
                    seen += 1
                    if seen == 3 { throw Enough() }
                }
            }
            try connection.each(numbers, 2) { _ in seen += 1 }
        }

        #expect(seen == 5)
    }

    @Test func aStatementInsideItselfIsRefused() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)

        try database.read { connection in
            try connection.each("SELECT ?", 1) { _ in
                #expect(errorCode { try connection.each("SELECT ?", 1) { _ in } } == .misuse)
            }
        }
    }

    @Test func sqlBuiltFromValuesIsRefusedInTheEnd() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)

        let code = try database.read { connection in
            errorCode { for number in 0..<1_000 { try connection.run("SELECT \(number) AS a_long_enough_name") } }
        }

        #expect(code == .misuse)
    }
}
