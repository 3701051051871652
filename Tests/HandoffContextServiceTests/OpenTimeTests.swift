import Domain
import Foundation
import HandoffContextContracts
import Runtime
import TestKit
import Testing

@testable import HandoffContextService

@Suite struct OpenTimeTests {
    private static let zones = [
        "UTC", "Europe/Lisbon", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata",
        "Asia/Gaza",
        "Africa/Casablanca", "America/Nuuk", "Pacific/Chatham", "Asia/Tokyo", "Europe/Dublin"
    ]

    /// Foundation reads the same database by code of its own.
    @Test(arguments: zones)
    func clocksAreAsFoundationReadsThem(zone: String) throws {
        let file = try TimeZoneFile.named(zone)
        let other = try #require(TimeZone(identifier: zone))
        var random = SeededGenerator(seed: 11)
        // From 1971, where no clock ran on local mean time any more, to where changes follow the rule alone.
        for _ in 0..<2000 {
            let seconds = Int64.random(in: 31_536_000...2_840_000_000, using: &random)
            let expected = Int64(other.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
            #expect(file.offset(at: seconds) == expected, "\(zone) at \(seconds)")
        }
    }

    @Test(arguments: [
        "", "/", "../zoneinfo/UTC", "Europe/../UTC", "Europe//Lisbon", "/etc/passwd", "Europe", "Moon/Base", "Europe/Lisbon ", "tzdata.zi"
    ])
    func aNameThatIsNoZoneIsUnknown(name: String) {
        #expect(throws: TimeZoneFile.Unknown.self) { try TimeZoneFile.named(name) }
    }

    @Test func aDamagedFileIsRefusedAndNeverTraps() throws {
        let bytes = try AtomicFile.read("\(TimeZoneFile.folder)/Europe/Lisbon", lengthMax: TimeZoneFile.lengthMax).bytes
        for count in stride(from: 0, to: bytes.count, by: 3) {
            #expect(throws: TimeZoneFile.Unknown.self) { try TimeZoneFile(Array(bytes[..<count])) }
        }
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            var damaged = bytes
            damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            do throws(TimeZoneFile.Unknown) { _ = try TimeZoneFile(damaged).offset(at: 1_800_000_000) } catch { continue }
        }
    }

    @Test(arguments: [
        "", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x", "<+03-3", "C-1"
    ])
    func aRuleThatIsNoneIsRefused(text: String) { #expect(ZoneRule(text) == nil) }

    private func open(_ zone: String = "Europe/Lisbon", _ spans: OpeningSpan...) throws -> OpenTime {
        try OpenTime(OpeningHours(zone: zone, spans: spans), TimeZoneFile.named(zone))
    }

    private func at(_ text: String) throws -> Timestamp {
        Timestamp(rawValue: Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970 * 1000))
    }

    @Test func timeCountsWhileItIsOpenByTheClocksOfThePlace() throws {
        let monday = OpeningSpan(.monday, opensMinute: 540, closesMinute: 720)
        let friday = OpeningSpan(.friday, opensMinute: 540, closesMinute: 600)
        let open = try open("Europe/Lisbon", friday, monday)
        // Friday 2026-01-16 10:30 in Lisbon, which keeps UTC in winter.
        let shut = try at("2026-01-16T10:30:00Z")
        #expect(open.opening(from: shut) == (try at("2026-01-19T09:00:00Z")))
        #expect(open.opening(from: try at("2026-01-19T11:59:59Z")) == (try at("2026-01-19T11:59:59Z")))
        #expect(open.opening(from: try at("2026-01-19T12:00:00Z")) == (try at("2026-01-23T09:00:00Z")), "closed is closed")
        // Half an hour on Friday, the rest on Monday.
        #expect(open.after(milliseconds: 3_600_000, from: try at("2026-01-16T09:30:00Z")) == (try at("2026-01-19T09:30:00Z")))
        // In summer the same clock is an hour earlier by UTC.
        #expect(open.opening(from: try at("2026-07-18T00:00:00Z")) == (try at("2026-07-20T08:00:00Z")))
    }

    @Test func aDayThatIsAnotherOneThereIsTheirDay() throws {
        let open = try open("Pacific/Auckland", OpeningSpan(.monday, opensMinute: 0, closesMinute: 60))
        // Monday 00:00 in Auckland is Sunday 11:00 UTC in summer.
        #expect(open.opening(from: try at("2026-01-18T00:00:00Z")) == (try at("2026-01-18T11:00:00Z")))
    }

    @Test func spansThatMakeNoSenseAreRefused() throws {
        for spans in [
            [], [OpeningSpan(.monday, opensMinute: 60, closesMinute: 60)], [OpeningSpan(.monday, opensMinute: 61, closesMinute: 60)],
            [OpeningSpan(.monday, opensMinute: 0, closesMinute: 90), OpeningSpan(.monday, opensMinute: 60, closesMinute: 120)]
        ] {
            let zone = try TimeZoneFile.named("UTC")
            #expect(throws: OpenTime.Invalid.self) { try OpenTime(OpeningHours(zone: "UTC", spans: spans), zone) }
        }
        // Control: one after the other.
        _ = try open(
            "UTC", OpeningSpan(.monday, opensMinute: 0, closesMinute: 60), OpeningSpan(.monday, opensMinute: 60, closesMinute: 120))
    }
}
