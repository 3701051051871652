import Foundation
import Runtime
import TestKit
import Testing

@Suite struct LogTests {
    private let lines = Recorder<String>()

    private func makeLog(_ system: System = ManualTime().system()) -> Log {
        Log(service: "intake", system: system) { [lines] in lines.note(String(decoding: $0, as: UTF8.self)) }
    }

    @Test func aLineIsOneObjectWithItsFieldsInOrder() {
        makeLog().event("ready", ("mesh", 7101), ("warm", true), ("step", "open"), ("path", .safe("/a \"b\"\n/c")))

        #expect(
            lines.notes == [
                #"{"at":"2026-01-01T00:00:00.000Z","level":"info","service":"intake","event":"ready","mesh":7101,"warm":true,"#
                    + #""step":"open","path":"/a \"b\"\n/c"}"# + "\n"
            ])
    }

    @Test func anIdentifierIsWrittenAsATag() throws {
        let log = makeLog()
        for identifier in ["+49 30 901820", "+49 30 901820", "+49 30 901821"] {
            log.event("seen", level: .warning, ("who", .tag(identifier)))
        }

        let tags = try lines.notes.map { try #require($0.firstMatch(of: /"who":"([0-9a-f]{8})"/)?.1) }
        #expect(tags.count == 3)
        #expect(tags[0] == tags[1] && tags[0] != tags[2])
        #expect(!lines.notes.joined().contains("9018"))
    }

    @Test func tagsOfTwoProcessesCannotBeCompared() {
        // Two logs over one source of randomness have different keys.
        let system = ManualTime().system()
        for log in [makeLog(system), makeLog(system)] { log.event("seen", ("who", .tag("17841400000000001"))) }

        #expect(lines.notes.count == 2)
        #expect(lines.notes[0] != lines.notes[1])
    }

    @Test func aLogValueHasNoPlaceForTextOfUnknownOrigin() {
        // Written out without `default:`. A new case stops compiling here, and whoever adds it reads why there is none.
        func holdsUnknownText(_ value: LogValue) -> Bool {
            switch value {
            case .int, .bool, .word, .tag, .safe: false
            }
        }
        #expect(!holdsUnknownText("word"))
        // A literal is a StaticString, so interpolated text has no way in but `.safe`, by name.
        #expect(LogValue.StringLiteralType.self == StaticString.self)
        #expect(!(LogValue.self is any ExpressibleByStringInterpolation.Type))
    }

    @Test func safeTextIsCut() {
        makeLog().event("long", ("path", .safe(String(repeating: "é", count: 600))))

        #expect(lines.notes[0].utf8.count < Log.safeLengthMax + 120)
        #expect(lines.notes[0].hasSuffix("é\"}\n"))
    }
}
