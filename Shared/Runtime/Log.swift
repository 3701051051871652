import Digest
import Glibc
import Threads
import Wire

/// Says what happened as lines of JSON on stdout: a constant event with fields, one line each.
///
///     {"at":"2026-01-01T00:00:00.000Z","level":"info","service":"intake","event":"ready","mesh":7101}
public final class Log: Sendable {
    public enum Level: String, Sendable, CaseIterable {
        case debug, info, warning, error
    }

    /// Bytes of a `safe` text.
    public static let safeLengthMax = 512

    private let service: String
    private let clock: any Clock
    private let tagKey: HMACSHA256Key
    private let lock = Lock()
    private let sink: @Sendable ([UInt8]) -> Void

    /// `sink` gets whole lines, one at a time.
    public init(service: String, system: System, sink: @escaping @Sendable ([UInt8]) -> Void = Log.standardOutput) {
        self.service = service
        self.clock = system.clock
        self.sink = sink
        tagKey = HMACSHA256Key(system.random(32))
    }

    /// Writes one line. Field names are not `at`, `level`, `service` or `event`, and differ.
    public func event(_ event: StaticString, level: Level = .info, _ fields: (StaticString, LogValue)...) {
        self.event(event, level: level, fields: fields)
    }

    /// As `event`, with fields that were put together.
    public func event(_ event: StaticString, level: Level = .info, fields: [(StaticString, LogValue)]) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("at")
        writer.string(CivilTime.text(clock.now))
        writer.name("level")
        writer.string(level.rawValue)
        writer.name("service")
        writer.string(service)
        writer.name("event")
        writer.string(event.description)
        for (name, value) in fields {
            writer.name(name)
            write(value, into: &writer)
        }
        writer.endObject()
        let line = writer.bytes + [UInt8(ascii: "\n")]
        // One at a time, so that lines don't mix.
        lock.withLock { sink(line) }
    }

    private func write(_ value: LogValue, into writer: inout JSONWriter) {
        switch value {
        case .int(let number): writer.int(number)
        case .bool(let truth): writer.bool(truth)
        case .word(let word): writer.string(word.description)
        case .tag(let identifier): writer.string(Hex.encode(Array(tagKey.authenticate(Array(identifier.utf8)).prefix(4))))
        case .safe(let text): writer.string(String(decoding: text.utf8.prefix(Log.safeLengthMax), as: UTF8.self))
        }
    }

    /// Writes to stdout. When that fails the line is lost: a service doesn't stop its work because nobody can read about it.
    public static let standardOutput: @Sendable ([UInt8]) -> Void = { line in
        var written = 0
        while written < line.count {
            let count = line.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress! + written, $0.count - written) }
            if count < 0 && errno != EINTR { return }
            written += max(0, count)
        }
    }
}
