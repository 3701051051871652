import Domain

/// Calendar dates and clock times in UTC, without a locale or a time zone file.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil, civil_from_days), proleptic Gregorian.
public enum CivilTime {
    public struct Date: Equatable, Sendable {
        public let year: Int64
        /// 1 to 12.
        public let month: Int64
        /// 1 to 31.
        public let day: Int64

        public init(year: Int64, month: Int64, day: Int64) {
            self.year = year
            self.month = month
            self.day = day
        }
    }

    private static let daysPerEra: Int64 = 146_097  // 400 years, after which the calendar repeats.
    private static let daysToEpoch: Int64 = 719_468  // From 0000-03-01 to 1970-01-01.

    /// The date of a day counted from 1970-01-01.
    public static func date(ofDay day: Int64) -> Date {
        let shifted = day + daysToEpoch
        let era = floorDivide(shifted, daysPerEra)
        let dayOfEra = shifted - era * daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153  // March is 0, so that the leap day ends the year.
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return Date(year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The day of a date, counted from 1970-01-01.
    public static func day(of date: Date) -> Int64 {
        let year = date.month <= 2 ? date.year - 1 : date.year
        let era = floorDivide(year, 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1
        return era * daysPerEra + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - daysToEpoch
    }

    /// `2026-01-01T00:00:00.000Z` (RFC 3339), for years 0 to 9999.
    public static func text(_ time: Timestamp) -> String {
        let date = date(ofDay: time.day)
        let rest = time.rawValue - time.day * 86_400_000
        let clock = "\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1000 % 60, 2))"
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(clock).\(padded(rest % 1000, 3))Z"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func floorDivide(_ number: Int64, _ by: Int64) -> Int64 { number >= 0 ? number / by : (number - by + 1) / by }
}
