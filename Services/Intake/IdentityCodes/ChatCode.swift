/// The code of the deletion page (`delete-abcd-efgh-ijkl-mnop`), found in what a person wrote in a chat: whoever sends it there shows that
/// the chat is theirs.
enum ChatCode {
    private static let prefix = Array("delete-".utf8)
    private static let groupCount = 4
    private static let groupLength = 4

    /// The first in a text, in lower case, however it was typed; nil when there is none. Whether a page has shown it, the coordinator knows.
    static func first(in text: String) -> String? {
        let bytes = text.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }
        let length = prefix.count + groupCount * (groupLength + 1) - 1
        guard bytes.count >= length else { return nil }
        for start in 0...(bytes.count - length)
        where bytes[start] == prefix[0] && bytes[start..<(start + prefix.count)].elementsEqual(prefix) {
            let code = bytes[start..<(start + length)]
            if isCode(code), !(bytes.dropFirst(start + length).first.map(isSign) ?? false) { return String(decoding: code, as: UTF8.self) }
        }
        return nil
    }

    private static func isCode(_ code: ArraySlice<UInt8>) -> Bool {
        code.dropFirst(prefix.count).enumerated().allSatisfy { place, byte in
            place % (groupLength + 1) == groupLength ? byte == UInt8(ascii: "-") : isSign(byte)
        }
    }

    private static func isSign(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (50...55).contains(byte) }
}
