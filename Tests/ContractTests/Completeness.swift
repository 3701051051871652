/// Whether two lists of names say the same: what is only in one of them, or twice in one, is a problem in words.
enum Completeness {
    static func problems(_ first: (what: String, names: [String]), _ second: (what: String, names: [String])) -> [String] {
        repeats(first) + repeats(second) + lacks(second, of: first) + lacks(first, of: second)
    }

    private static func repeats(_ list: (what: String, names: [String])) -> [String] {
        Dictionary(grouping: list.names) { $0 }.filter { $1.count > 1 }.keys.sorted().map { "\($0) stands twice among the \(list.what)" }
    }

    private static func lacks(_ list: (what: String, names: [String]), of other: (what: String, names: [String])) -> [String] {
        Set(other.names).subtracting(list.names).sorted().map { "\($0) of the \(other.what) is not among the \(list.what)" }
    }
}
