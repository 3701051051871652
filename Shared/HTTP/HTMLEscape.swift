/// Text made safe to stand in HTML, between tags or in a quoted attribute. Not for scripts, styles or URLs as such.
/// Source: WHATWG HTML §13.1.2; the apostrophe too, so that either kind of quote may surround an attribute.
public enum HTMLEscape {
    public static func text(_ text: some StringProtocol) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
