/// Ways in which bytes may arrive: whole, one by one, and cut in two at every place.
public enum Cuttings {
    public static func all(of bytes: [UInt8]) -> [[[UInt8]]] {
        let inTwo = (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
        return [[bytes], bytes.map { [$0] }] + inTwo
    }
}
