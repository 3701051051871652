import Runtime
import TestKit
import Testing

@Suite struct LogLimiterTests {
    private let time = ManualTime()
    private let lines = Recorder<String>()
    private let limiter: LogLimiter

    init() {
        let system = time.system()
        let log = Log(service: "intake", system: system) { [lines] in
            lines.note(String(String(decoding: $0, as: UTF8.self).split(separator: #""event":"#)[1].dropLast(2)))
        }
        limiter = LogLimiter(log, system)
    }

    @Test func aFloodBecomesOneLineASecondThatSaysHowManyWereLeftOut() {
        for _ in 0..<1000 { limiter.event("helloFailed", ("code", "unauthenticated")) }
        time.advance(milliseconds: LogLimiter.intervalMilliseconds - 1)
        limiter.event("helloFailed", ("code", "malformed"))
        #expect(lines.notes == [#""helloFailed","code":"unauthenticated""#])

        time.advance(milliseconds: 1)
        limiter.event("helloFailed", ("code", "malformed"))
        #expect(lines.notes.dropFirst() == [#""helloFailed","code":"malformed","count":1000"#])
    }

    @Test func whatComesNowAndThenIsAllWritten() {
        for _ in 0..<3 {
            limiter.event("signatureWrong")
            time.advance(milliseconds: LogLimiter.intervalMilliseconds)
        }
        #expect(lines.notes == Array(repeating: #""signatureWrong""#, count: 3))
    }

    @Test func oneEventDoesNotHideAnother() {
        limiter.event("signatureWrong")
        limiter.event("signatureMissing")
        #expect(lines.notes == [#""signatureWrong""#, #""signatureMissing""#])
    }
}
