/// Ways in which bytes may arrive.
public enum Cuttings {
    /// Whole, one by one, and cut in two at every place.
    public static func all(of bytes: [UInt8]) -> [[[UInt8]]] { [[bytes], bytes.map { [$0] }] + inTwo(bytes) }

    /// Cut in two at every place, the ends too.
    public static func inTwo(_ bytes: [UInt8]) -> [[[UInt8]]] { (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] } }

    /// Cut in three at every two places; a long stream is cut at each `step`th place only.
    public static func inThree(_ bytes: [UInt8], step: Int = 1) -> [[[UInt8]]] {
        stride(from: 0, through: bytes.count, by: step).flatMap { first in
            stride(from: first, through: bytes.count, by: step).map { second in
                [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
            }
        }
    }
}
