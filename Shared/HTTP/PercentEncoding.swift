/// Percent-encoded text (RFC 3986 §2.1), read strictly: two hexadecimal digits after each "%", and UTF-8 in the end.
enum PercentEncoding {
    struct Malformed: Error, Equatable {}

    /// Decodes one path segment or one form field; `plusIsSpace` is the form's rule.
    static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) throws(Malformed) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        func next() -> UInt8? {
            guard index < bytes.endIndex else { return nil }
            defer { bytes.formIndex(after: &index) }
            return bytes[index]
        }
        while let byte = next() {
            if byte == UInt8(ascii: "%") {
                guard let high = next().flatMap(Octet.hexValue), let low = next().flatMap(Octet.hexValue) else { throw Malformed() }
                decoded.append(high << 4 | low)
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? Octet.space : byte)
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw Malformed() }
        return text
    }
}
