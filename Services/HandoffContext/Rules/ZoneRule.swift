import Runtime

/// When the clocks of a place change after all changes that are listed: the last line of a TZif file.
/// Source: RFC 9636 §3.3, POSIX.1-2017 §8.3 (TZ), with hours from -167 to 167.
struct ZoneRule: Equatable, Sendable {
    /// Seconds east of UTC.
    let standard: Int64
    /// nil where the clocks don't change.
    let summer: Summer?

    struct Summer: Equatable, Sendable {
        let offset: Int64
        let begins, ends: Change
    }

    struct Change: Equatable, Sendable {
        enum Day: Equatable, Sendable {
            /// 1 to 365, a leap day is not counted.
            case julian(Int64)
            /// 0 to 365.
            case ordinal(Int64)
            /// The given weekday (0: Sunday) of a week (5: the last) of a month.
            case weekday(month: Int64, week: Int64, day: Int64)
        }

        let day: Day
        /// Seconds after local midnight.
        let time: Int64
    }

    /// nil for a text that is no such rule.
    init?(_ text: String) {
        var scanner = ZoneRuleScanner(text)
        guard scanner.skipName(), let west = scanner.offset() else { return nil }
        standard = -west
        if scanner.isAtEnd {
            summer = nil
            return
        }
        guard scanner.skipName() else { return nil }
        var offset = standard + 3600
        if !scanner.isNext(",") {
            guard let west = scanner.offset() else { return nil }
            offset = -west
        }
        guard scanner.skip(","), let begins = scanner.change(), scanner.skip(","), let ends = scanner.change(), scanner.isAtEnd else {
            return nil
        }
        summer = Summer(offset: offset, begins: begins, ends: ends)
    }

    /// Seconds east of UTC at a moment.
    func offset(at seconds: Int64) -> Int64 {
        guard let summer else { return standard }
        let year = CivilTime.date(ofDay: ZoneRule.floorDay(seconds + standard)).year
        let begins = summer.begins.seconds(in: year) - standard
        let ends = summer.ends.seconds(in: year) - summer.offset
        // South of the equator summer goes over the turn of the year.
        let isSummer = begins < ends ? (begins..<ends).contains(seconds) : !(ends..<begins).contains(seconds)
        return isSummer ? summer.offset : standard
    }

    static func floorDay(_ seconds: Int64) -> Int64 { (seconds - (seconds < 0 ? 86_399 : 0)) / 86_400 }
}

extension ZoneRule.Change {
    /// In a year, by the clock that is valid until then; from 1970.
    fileprivate func seconds(in year: Int64) -> Int64 {
        let first = CivilTime.day(of: CivilTime.Date(year: year, month: 1, day: 1))
        let march = CivilTime.day(of: CivilTime.Date(year: year, month: 3, day: 1))
        let isLeap = march - first == 60
        switch day {
        case .julian(let number): return (first + number - 1 + (isLeap && number >= 60 ? 1 : 0)) * 86_400 + time
        case .ordinal(let number): return (first + number) * 86_400 + time
        case .weekday(let month, let week, let weekday):
            let start = CivilTime.day(of: CivilTime.Date(year: year, month: month, day: 1))
            let next = CivilTime.day(of: CivilTime.Date(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1))
            // 1970-01-01 was a Thursday.
            let ahead = (weekday - (start + 4) % 7 + 14) % 7
            var found = start + ahead + (week - 1) * 7
            while found >= next { found -= 7 }
            return found * 86_400 + time
        }
    }
}

/// Reads the parts of a rule from left to right.
private struct ZoneRuleScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    func isNext(_ character: Unicode.Scalar) -> Bool { rest.first == UInt8(ascii: character) }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard isNext(character) else { return false }
        rest.removeFirst()
        return true
    }

    /// `CET` or `<+03>`.
    mutating func skipName() -> Bool {
        if skip("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let length = rest.prefix { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0 & 0xDF) }.count
        rest = rest.dropFirst(length)
        return length >= 3
    }

    mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...3).contains(digits.count), let value = Int64(String(decoding: digits, as: UTF8.self)), range.contains(value) else {
            return nil
        }
        rest = rest.dropFirst(digits.count)
        return value
    }

    /// `[+|-]h[:m[:s]]` in seconds.
    mutating func offset() -> Int64? {
        let sign: Int64 = skip("-") ? -1 : 1
        if sign == 1 { _ = skip("+") }
        guard let hours = number(0...167) else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] as [Int64] where skip(":") {
            guard let value = number(0...59) else { return nil }
            seconds += value * unit
        }
        return sign * seconds
    }

    mutating func change() -> ZoneRule.Change? {
        let day: ZoneRule.Change.Day
        if skip("M") {
            guard let month = number(1...12), skip("."), let week = number(1...5), skip("."), let weekday = number(0...6) else {
                return nil
            }
            day = .weekday(month: month, week: week, day: weekday)
        } else if skip("J") {
            guard let number = number(1...365) else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(0...365) else { return nil }
            day = .ordinal(number)
        }
        var time: Int64 = 7200
        if skip("/") {
            guard let given = offset() else { return nil }
            time = given
        }
        return ZoneRule.Change(day: day, time: time)
    }
}
