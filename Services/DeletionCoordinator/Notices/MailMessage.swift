import Digest
import Domain
import Runtime

/// A message as mailers take it: header fields and plain text in UTF-8. Source: RFC 5322 §2.1, §3.6; RFC 2045 §6.2.
struct MailMessage {
    /// Lines of the text are no longer. Source: RFC 5322 §2.1.1.
    static let lineLengthMax = 76

    let sender: Contact
    let recipient: Contact
    let sentAt: Timestamp
    /// What stands left of the `@` of the message's id: the same message written twice has the same.
    let id: String
    let subject: String
    let paragraphs: [String]

    var bytes: [UInt8] {
        let host = sender.value.split(separator: "@").last ?? "localhost"
        let header = [
            "Date: \(MailMessage.date(sentAt))", "From: Botseller <\(MailMessage.address(sender))>",
            "To: <\(MailMessage.address(recipient))>", "Message-ID: <\(id)@\(host)>", "Subject: \(MailMessage.unstructured(subject))",
            // Nobody's absence note shall answer. Source: RFC 3834 §5.
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit"
        ]
        let lines = header + [""] + paragraphs.flatMap { MailMessage.lines(of: $0) + [""] }
        return Array(lines.map { "\($0)\r\n" }.joined().utf8)
    }

    /// Breaks at blanks; no line break of the text's own gets through.
    private static func lines(of paragraph: String) -> [String] {
        var lines = [""]
        for word in paragraph.split(whereSeparator: \.isWhitespace) {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.utf8.count + 1 + word.utf8.count <= lineLengthMax {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// ASCII as it is, else encoded words of UTF-8, none of which cuts a character. Source: RFC 2047 §2, §4.2, §5.
    static func unstructured(_ text: String) -> String {
        guard text.utf8.contains(where: { !(32...126).contains($0) }) else { return text }
        var words = [""]
        for character in text {
            let encoded = character.utf8.map(encodedByte).joined()
            // 75 characters with what frames them.
            if words[words.count - 1].utf8.count + encoded.utf8.count > 63 { words.append("") }
            words[words.count - 1] += encoded
        }
        return words.map { "=?utf-8?Q?\($0)?=" }.joined(separator: "\r\n ")
    }

    private static func encodedByte(_ byte: UInt8) -> String {
        switch byte {
        case 0x20: "_"
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: String(UnicodeScalar(byte))
        default: "=\(Hex.encode([byte]).uppercased())"
        }
    }

    /// What a form lets through before the `@` may have dots where an unquoted name has none. Source: RFC 5322 §3.4.1.
    private static func address(_ contact: Contact) -> String {
        let parts = contact.value.split(separator: "@", maxSplits: 1)
        let isDotAtom = !parts[0].hasPrefix(".") && !parts[0].hasSuffix(".") && !parts[0].contains("..")
        return isDotAtom ? contact.value : "\"\(parts[0])\"@\(parts[1])"
    }

    /// `Thu, 01 Jan 2026 00:00:00 +0000`. Source: RFC 5322 §3.3.
    private static func date(_ time: Timestamp) -> String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]  // 1970-01-01 was a Thursday.
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let (date, text) = (CivilTime.date(ofDay: time.day), CivilTime.text(time))
        let day = date.day < 10 ? "0\(date.day)" : "\(date.day)"
        return "\(days[Int(time.day % 7)]), \(day) \(months[Int(date.month) - 1]) \(date.year) \(text.dropFirst(11).prefix(8)) +0000"
    }
}
