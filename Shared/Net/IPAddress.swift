import Glibc

/// A numeric IPv4 or IPv6 address without a port.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// Stands for whom nobody knows (RFC 1122 §3.2.1.3).
    public static let unspecified = IPAddress(bytes: [0, 0, 0, 0])

    /// 4 or 16, the most significant first.
    private let bytes: [UInt8]

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// nil for anything else; an IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2) is the IPv4 address.
    public init?(_ text: String) {
        // inet_pton ends at a NUL.
        guard !text.utf8.contains(0) else { return nil }
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(four: four)
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self.init(six: six)
    }

    init(four: in_addr) { bytes = withUnsafeBytes(of: four, Array.init) }

    init(six: in6_addr) {
        let all = withUnsafeBytes(of: six, Array.init)
        let isMapped = all[..<10].allSatisfy { $0 == 0 } && all[10] == 0xff && all[11] == 0xff
        bytes = isMapped ? Array(all[12...]) : all
    }

    /// 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// Of nobody on the internet: this machine, its link, or a private network (RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.6).
    public var isLocal: Bool {
        if isLoopback { return true }
        let (first, second) = (bytes[0], bytes[1])
        return bytes.count == 4
            ? first == 10 || first == 172 && second & 0xf0 == 16 || first == 192 && second == 168 || first == 169 && second == 254
            : first & 0xfe == 0xfc || first == 0xfe && second & 0xc0 == 0x80
    }

    /// The network that it lies in: only so many leading bits are kept, of IPv4 and of IPv6.
    public func network(bits4: Int, bits6: Int) -> IPAddress {
        let bits = bytes.count == 4 ? bits4 : bits6
        return IPAddress(
            bytes: bytes.enumerated().map { index, byte in
                let kept = max(0, min(8, bits - index * 8))
                return byte & ~UInt8(truncatingIfNeeded: 0xff >> kept)
            })
    }

    /// As RFC 5952 writes it.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        let isWritten = bytes.withUnsafeBytes { inet_ntop(family, $0.baseAddress, &text, socklen_t(text.count)) != nil }
        precondition(isWritten, "4 or 16 bytes are an address, and the longest has room")
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
