import Domain
import Wire

/// How platforms write what we need; anything odd is nil and never an error.
extension JSONView {
    /// An id: text that isn't empty, or a number.
    var identifier: String? {
        if let string { return string.isEmpty ? nil : string }
        return int.map { String($0) }
    }

    /// A time of the given unit, as a number or as text; nil for garbage and for what no calendar has.
    func time(unitMilliseconds: Int64) -> Timestamp? {
        guard let number = int ?? string.flatMap({ Int64($0) }) else { return nil }
        let (milliseconds, overflows) = number.multipliedReportingOverflow(by: unitMilliseconds)
        guard !overflows, PlatformTime.range.contains(milliseconds) else { return nil }
        return Timestamp(rawValue: milliseconds)
    }

    /// Whether an object has members that the caller does not take over.
    func hasMembers(besides known: Set<String>) -> Bool {
        var hasOther = false
        members { name, _ in if !known.contains(name) { hasOther = true } }
        return hasOther
    }
}

enum PlatformTime {
    /// From 2000 to 9999: earlier is a seconds-for-milliseconds mistake or a zero.
    static let range: ClosedRange<Int64> = 946_684_800_000...253_402_300_799_999
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
