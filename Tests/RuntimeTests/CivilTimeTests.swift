import Domain
import Foundation
import Runtime
import Testing

@Suite struct CivilTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (4_107_542_399_007, "2100-02-28T23:59:59.007Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z")
        ] as [(Int64, String)]) func knownMomentsHaveTheirText(milliseconds: Int64, text: String)
    {
        #expect(CivilTime.text(Timestamp(rawValue: milliseconds)) == text)
    }

    @Test func everyDayFollowsTheOneBefore() {
        // 1600 to 2400 has every kind of century.
        var date = CivilTime.Date(year: 1600, month: 1, day: 1)
        let first = CivilTime.day(of: date)
        #expect(first == -135_140)
        for day in first..<first + 292_194 {
            if CivilTime.date(ofDay: day) != date || CivilTime.day(of: date) != day {
                Issue.record("day \(day) is not \(date)")
                return
            }
            date = CivilTimeTests.dayAfter(date)
        }
        #expect(date == CivilTime.Date(year: 2400, month: 1, day: 1))
    }

    @Test func foundationAgrees() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0)!
        for day in stride(from: Int64(-10_000), through: 60_000, by: 97) {
            let parts = calendar.dateComponents([.year, .month, .day], from: Foundation.Date(timeIntervalSince1970: Double(day) * 86_400))
            let date = CivilTime.date(ofDay: day)
            #expect(parts.year == Int(date.year) && parts.month == Int(date.month) && parts.day == Int(date.day))
        }
    }

    /// The calendar as a person would say it.
    private static func dayAfter(_ date: CivilTime.Date) -> CivilTime.Date {
        let isLeap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        if date.day < lengths[Int(date.month) - 1] { return CivilTime.Date(year: date.year, month: date.month, day: date.day + 1) }
        if date.month < 12 { return CivilTime.Date(year: date.year, month: date.month + 1, day: 1) }
        return CivilTime.Date(year: date.year + 1, month: 1, day: 1)
    }
}
