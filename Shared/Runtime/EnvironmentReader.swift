import Glibc
import Net
import Policy

/// Reads a service's variables, once, and collects everything that is wrong, so that a bad start tells all of it.
///
/// A problem names the variable and what it must be, never the value: that may be a secret in the wrong place.
public struct EnvironmentReader {
    static let prefix = "MESH_"

    private let variables: [String: String]
    private let service: Peer
    private var known: Set<String> = []
    private var found: [String] = []

    public init(_ variables: [String: String], service: Peer) {
        self.variables = variables
        self.service = service
    }

    /// The process's own variables.
    public static func ofProcess(service: Peer) -> EnvironmentReader { EnvironmentReader(processVariables(), service: service) }

    /// The process's environment, for those who change some of it before they read.
    public static func processVariables() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            // A variable that isn't UTF-8 is repaired, so that it can't pass for a value that it isn't.
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }

    // MARK: Values

    public mutating func string(_ name: String, default fallback: String, lengthMax: Int = 1024) -> String {
        optionalString(name, lengthMax: lengthMax) ?? fallback
    }

    /// nil when absent. Empty counts as a mistake, not as absent.
    public mutating func optionalString(_ name: String, lengthMax: Int = 1024) -> String? {
        known.insert(name)
        guard let value = variables[name] else { return nil }
        guard 1...lengthMax ~= value.utf8.count, !value.utf8.contains(where: { $0 < 32 || $0 == 127 }) else {
            problem(name, "must be 1 to \(lengthMax) bytes without control characters")
            return nil
        }
        return value
    }

    public mutating func integer(_ name: String, default fallback: Int64, range: ClosedRange<Int64>) -> Int64 {
        precondition(range.contains(fallback), "a default keeps its own limits")
        guard let text = optionalString(name) else { return fallback }
        guard text.first != "+", let value = Int64(text), range.contains(value) else {
            problem(name, "must be a whole number, \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return value
    }

    /// A path of a file or folder, which need not exist. The longest is PATH_MAX less what we append.
    public mutating func path(_ name: String, default fallback: String) -> String { optionalPath(name) ?? fallback }

    public mutating func optionalPath(_ name: String) -> String? { optionalString(name, lengthMax: 3072) }

    /// One of an enum's words.
    public mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, default fallback: Word) -> Word {
        guard let text = optionalString(name) else { return fallback }
        guard let word = Word(rawValue: text) else {
            problem(name, "must be one of: \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
            return fallback
        }
        return word
    }

    /// Words parted by commas, without blanks.
    public mutating func words(_ name: String, default fallback: [String], countMax: Int) -> [String] {
        guard let text = optionalString(name) else { return fallback }
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard words.count <= countMax, words.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else {
            problem(name, "must be 1 to \(countMax) words parted by commas, without blanks")
            return fallback
        }
        return words
    }

    /// `127.0.0.1:7101` or `[::1]:7101`.
    public mutating func optionalAddress(_ name: String) -> SocketAddress? {
        guard let text = optionalString(name) else { return nil }
        guard let address = EnvironmentReader.address(text) else {
            problem(name, "must be a numeric IPv4 or [IPv6] address, a colon and a port: names are not resolved")
            return nil
        }
        return address
    }

    /// `https://mesh.example/path`; with `orPath` also `/path`.
    public mutating func optionalURL(_ name: String, orPath: Bool = false) -> String? {
        guard let text = optionalString(name) else { return nil }
        let refused = Set(" \"'<>\\?#".utf8)
        let begins = text.hasPrefix("https://") || text.hasPrefix("http://") || orPath && text.hasPrefix("/") && !text.hasPrefix("//")
        guard begins, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 && !refused.contains($0) }) else {
            let path = orPath ? ", or with one slash," : ""
            problem(name, "must begin with https:// or http://\(path) and have no blanks, quotes, query or fragment")
            return nil
        }
        return text
    }

    // MARK: The end

    /// A mistake that only the caller sees, for example in two variables together. `message` must not contain a value.
    public mutating func problem(_ name: String, _ message: String) { found.append("\(name): \(message)") }

    /// Everything that is wrong, in order of name: problems of values, and variables of ours that nobody asked for.
    public var problems: [String] {
        let unknown = variables.keys.filter { $0.hasPrefix(EnvironmentReader.prefix) && !known.contains($0) && !belongsToOther($0) }
        return (found + unknown.map { "\($0): is not a variable of \(service.rawValue): look for a spelling mistake" }).sorted()
    }

    /// Ends the process with EX_CONFIG when anything is wrong, with each problem on a line of stderr.
    public func finish() {
        let problems = problems
        if !problems.isEmpty { Failure.configuration(problems) }
    }

    /// One environment serves all processes, so each passes over what is named after another one.
    private func belongsToOther(_ name: String) -> Bool {
        Peer.allCases.contains { $0 != service && name.hasPrefix($0.variablePrefix) }
    }

    /// `127.0.0.1:7101` or `[::1]:7101` as an address; nil for anything else, names too.
    public static func address(_ text: String) -> SocketAddress? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else { return nil }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        do { return try SocketAddress(host: String(host), port: port) } catch { return nil }
    }
}

extension Peer {
    /// `MESH_CONVERSATION_STORE_`: what begins the names of a service's own variables.
    public var variablePrefix: String {
        EnvironmentReader.prefix + rawValue.uppercased().map { $0 == "-" ? "_" : String($0) }.joined() + "_"
    }
}
