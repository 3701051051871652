import Domain
import Wire

/// How platforms write what we need; anything odd is nil and never an error.
extension JSONView {
    /// An id: text that isn't empty, or a number.
    var identifier: String? {
        if let string { return string.isEmpty ? nil : string }
        return int.map { String($0) }
    }

    /// A whole number, also one written as text.
    var number: Int64? { int ?? string.flatMap { Int64($0) } }

    /// A time in milliseconds or seconds, as a number or as text; nil for garbage and for what no calendar has.
    var time: Timestamp? { number.flatMap(PlatformTime.timestamp) }
}

enum PlatformTime {
    /// From 2000 to 9999: earlier is a zero.
    static let range: ClosedRange<Int64> = 946_684_800_000...253_402_300_799_999

    /// Milliseconds of today are no seconds of any calendar, nor the other way round: the number itself tells its unit. WhatsApp counts
    /// seconds, Instagram milliseconds, and its dashboard's test seconds.
    static func timestamp(_ number: Int64) -> Timestamp? {
        if range.contains(number) { return Timestamp(rawValue: number) }
        let (milliseconds, overflows) = number.multipliedReportingOverflow(by: 1000)
        guard !overflows, range.contains(milliseconds) else { return nil }
        return Timestamp(rawValue: milliseconds)
    }
}

extension String {
    /// At most `count` Unicode scalars, as the wire counts.
    func cut(to count: Int) -> String {
        // Bytes first: counting scalars of a long text costs more than most texts deserve.
        guard utf8.count > count, unicodeScalars.count > count else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.prefix(count)))
    }

    /// Whether the wire takes it as a message's text.
    var fitsMessage: Bool { utf8.count <= 65_536 || unicodeScalars.count <= 65_536 }
}
