/// A request's target taken apart (RFC 9112 §3.2): what is asked for, with every escape decoded once and nothing repaired.
struct HTTPTarget: Equatable, Sendable {
    let path: String
    let segments: [String]
    let query: FormURLEncoded
    /// Of a target in absolute form; it must agree with Host.
    let authority: String?

    /// Takes origin form ("/a?b=c") and absolute form ("http://host/a"); "*" for OPTIONS alone.
    init(_ target: some BidirectionalCollection<UInt8>, method: HTTPMethod) throws(HTTPFailure) {
        if method == .options, target.elementsEqual([UInt8(ascii: "*")]) {
            (path, segments, query, authority) = ("*", ["*"], FormURLEncoded(), nil)
            return
        }
        let (authority, rest) = try HTTPTarget.splitAuthority(Array(target))
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        let (path, query) = (rest[..<mark], rest[mark...].dropFirst())
        guard path.first == UInt8(ascii: "/"), path.allSatisfy(Octet.isPath), query.allSatisfy(Octet.isQuery) else {
            throw HTTPFailure(.malformedTarget)
        }
        self.authority = authority
        self.path = String(decoding: path, as: UTF8.self)
        segments = try HTTPTarget.segments(path)
        do { self.query = try FormURLEncoded(query) } catch { throw HTTPFailure(.malformedTarget) }
    }

    private static func splitAuthority(_ target: [UInt8]) throws(HTTPFailure) -> (String?, ArraySlice<UInt8>) {
        guard target.first != UInt8(ascii: "/") else { return (nil, target[...]) }
        for scheme in ["http://", "https://"] where target.prefix(scheme.utf8.count).map(Octet.lowercased).elementsEqual(scheme.utf8) {
            let rest = target.dropFirst(scheme.utf8.count)
            guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { break }
            return (String(decoding: rest[..<slash], as: UTF8.self), rest[slash...])
        }
        throw HTTPFailure(.malformedTarget)
    }

    /// "/" has none, "/a/" has two, the last one empty. Segments that would mean another path to another reader are refused:
    /// ".", "..", an escaped slash or backslash, controls.
    private static func segments(_ path: ArraySlice<UInt8>) throws(HTTPFailure) -> [String] {
        guard path.count > 1 else { return [] }
        var segments: [String] = []
        for raw in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let segment: String
            do { segment = try PercentEncoding.decode(raw, plusIsSpace: false) } catch { throw HTTPFailure(.malformedTarget) }
            let isPlain = segment.utf8.allSatisfy { !Octet.isControl($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
            guard isPlain, segment != ".", segment != ".." else { throw HTTPFailure(.malformedTarget) }
            segments.append(segment)
        }
        return segments
    }
}
