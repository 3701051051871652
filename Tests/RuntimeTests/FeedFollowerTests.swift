import Domain
import Policy
import Runtime
import TestKit
import Testing
import Threads
import Wire

/// A follower of a feed that a test plays; time is the test's.
@Suite struct FeedFollowerTests {
    private let folder: TemporaryFolder
    private let time = ManualTime()
    private let process: ServiceProcess

    init() throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: .handoffContext)
        let system = time.system()
        process = try ServiceProcess(
            service: .handoffContext, configuration: ServiceConfiguration(&environment), system: system,
            log: Log(service: "handoff-context", system: system) { _ in })
    }

    /// Has these answers taken, then finds the other service down.
    private func follower(of answers: [SampleFeed.Response]) -> FeedFollower<SampleFeed> {
        let rest = Answers(answers)
        let router = Router(service: "intake")
        router.on(SampleFeed.self) { _, reply in
            guard let next = rest.next() else { return reply.fault(.unavailable, "down") }
            reply.ok(next)
        }
        router.seal(serving: [])
        let follower = FeedFollower<SampleFeed>(
            process, "samples", of: .intake, over: LocalTransport(router, as: .handoffContext), cursor: { Cursor() }, take: { _ in })
        follower.start()
        time.waitUntilWaiting(count: 1)
        return follower
    }

    @Test func whatIsTakenIsCurrentForAMinute() {
        let follower = follower(of: [SampleFeed.Response(count: 1)])
        defer { follower.stop() }
        #expect(follower.isCurrent)
        time.advance(milliseconds: FeedPatience.staleMilliseconds)
        #expect(!follower.isCurrent)
    }

    @Test func aFeedThatOnlyBeganAnewIsNotCurrent() {
        let follower = follower(of: [SampleFeed.Response(count: 1), SampleFeed.Response(count: SampleFeed.countMax, restarted: true)])
        defer { follower.stop() }
        #expect(!follower.isCurrent, "the old is forgotten, and more of the new is to come")
    }

    @Test func aFeedThatBeganAnewIsCurrentWhenItIsWhole() {
        let follower = follower(of: [
            SampleFeed.Response(count: 1), SampleFeed.Response(count: SampleFeed.countMax, restarted: true), SampleFeed.Response(count: 1)
        ])
        defer { follower.stop() }
        #expect(follower.isCurrent)
    }

    @Test func moreOfTheSameFeedTakesNothingBack() {
        let follower = follower(of: [SampleFeed.Response(count: 1), SampleFeed.Response(count: SampleFeed.countMax)])
        defer { follower.stop() }
        #expect(follower.isCurrent)
    }
}

private struct SampleFeed: FeedRequest {
    static let contract = Contract("samples.feed", purpose: .maintainSecurity, repeats: .harmless, callers: [.handoffContext])
    static let countMax: Int64 = 2

    var after = Cursor()
    var waitMilliseconds: Int64 = 0

    mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("after", &after)
        fields.field("waitMilliseconds", &waitMilliseconds, 0...Int64.max)
    }

    struct Response: FeedPage, Fields {
        var count: Int64 = 0
        var next = Cursor()
        var restarted = false

        var isEmpty: Bool { count == 0 }
        var isFull: Bool { count == SampleFeed.countMax }

        init() {}
        init(count: Int64, restarted: Bool = false) {
            self.count = count
            self.restarted = restarted
        }

        mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("count", &count, 0...SampleFeed.countMax)
            fields.field("next", &next)
            fields.field("restarted", &restarted)
        }
    }
}

private final class Answers: @unchecked Sendable {  // `rest` is guarded by `lock`.
    private let lock = Lock()
    private var rest: ArraySlice<SampleFeed.Response>

    init(_ all: [SampleFeed.Response]) { rest = all[...] }

    func next() -> SampleFeed.Response? { lock.withLock { rest.popFirst() } }
}
