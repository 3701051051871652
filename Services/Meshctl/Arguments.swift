import Glibc

/// What was typed, parted into words and options. An option's value follows it; switches have none.
struct Arguments {
    static let switches: Set<String> = ["--json", "--now", "--help", "--no-wait"]

    let words: [String]
    private let options: [String: String]
    private let given: Set<String>

    /// - Throws: `UsageError` for an option without its value.
    init(_ arguments: [String]) throws {
        var words: [String] = []
        var options: [String: String] = [:]
        var given: Set<String> = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if Arguments.switches.contains(argument) {
                given.insert(argument)
            } else if argument.hasPrefix("--") {
                guard let value = rest.popFirst() else { throw UsageError("\(argument) needs a value") }
                options[argument] = value
            } else {
                words.append(argument)
            }
        }
        self.words = words
        self.options = options
        self.given = given
    }

    func has(_ flag: String) -> Bool { given.contains(flag) }
    func option(_ name: String) -> String? { options[name] }

    func required(_ name: String, _ meaning: String) throws -> String {
        guard let value = options[name] else { throw UsageError("\(name) is missing: \(meaning)") }
        return value
    }

    /// Refuses what the verb doesn't know, so that a misspelt option is not silently left out.
    func allow(_ names: String...) throws {
        let known = Set(names).union(["--data", "--base-port", "--token"]).union(Arguments.switches)
        if let unknown = options.keys.sorted().first(where: { !known.contains($0) }) { throw UsageError("unknown option \(unknown)") }
    }
}

/// The command line doesn't fit: exit 64.
struct UsageError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

/// The work could not be done; `status` is the exit code.
struct Failure: Error {
    let status: Int32
    let message: String
}

/// Exit codes (sysexits.h where it has one).
enum Exit {
    static let ok: Int32 = 0
    static let refused: Int32 = 1
    static let fault: Int32 = 2
    static let usage: Int32 = 64
}
