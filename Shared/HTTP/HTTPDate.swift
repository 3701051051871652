import Glibc
import Threads

/// The Date header (RFC 9110 §5.6.7), written once a second and not once a response.
final class HTTPDate: @unchecked Sendable {  // `second` and `text` are only touched under the lock.
    private let lock = Lock()
    private let seconds: @Sendable () -> Int64
    private var second = Int64.min
    private var text = ""

    /// `seconds` is Unix time.
    init(seconds: @escaping @Sendable () -> Int64) { self.seconds = seconds }

    var now: String {
        let seconds = seconds()
        return lock.withLock {
            if seconds != second {
                second = seconds
                text = HTTPDate.format(seconds)
            }
            return text
        }
    }

    /// "Sun, 06 Nov 1994 08:49:37 GMT"
    static func format(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
