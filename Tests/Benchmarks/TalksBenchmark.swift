import ConversationStoreContracts
import Domain
import MeshContracts
import Threads
import Wire

/// What somebody at a desk asks for all day: a page of the conversations, and a search, over TCP with the whole mesh running.
struct TalksBenchmark: Benchmark {
    static let name = "talks"
    private static let wordsPerMessage = 12
    private static let pageLimit: Int64 = 20

    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        let mesh = try ContextMesh(folder, named: "talks")
        defer { mesh.stop() }
        try mesh.fill(effort.talkMessages, people: effort.talkConversations) { _ in SampleWords.text(TalksBenchmark.wordsPerMessage) }
        try mesh.waitForIndex(of: effort.talkMessages)
        guard let last = try page(mesh, nil).first?.lastMessage.rawValue else { throw BenchmarkFailure("nothing is listed") }
        return [
            try measure(
                "search p95", "conversations.search for a word, or for two, each as often as it is written", 0.95, 20_000, mesh, effort
            ) {
                let query = (0..<Int.random(in: 1...2)).map { _ in SampleWords.word() }.joined(separator: " ")
                let request = SearchConversations(workspace: mesh.workspace, query: query, limit: TalksBenchmark.pageLimit)
                _ = try mesh.desk.answer(request, mesh.asOwner)
            },
            try measure("list page p50", "conversations.list from a random place on", 0.5, 1000, mesh, effort) {
                let reach = Int64(effort.talkConversations) / 2
                guard try page(mesh, MessageID(rawValue: last - Int64.random(in: 0..<reach))).count == Int(TalksBenchmark.pageLimit) else {
                    throw BenchmarkFailure("a page is not full")
                }
            }
        ]
    }

    private func page(_ mesh: ContextMesh, _ before: MessageID?) throws -> [Conversation] {
        let mark = before.map(ListConversations.PageMark.init(lastMessage:))
        let request = ListConversations(workspace: mesh.workspace, limit: TalksBenchmark.pageLimit, before: mark)
        return try mesh.desk.answer(request, mesh.asOwner).conversations
    }

    private func measure(
        _ work: String, _ asked: String, _ share: Double, _ limit: Double, _ mesh: ContextMesh, _ effort: Effort, _ call: () throws -> Void
    ) throws -> Measurement {
        let rounds = try (0..<effort.rounds).map { _ in
            let baseline = try times(effort.readsPerRound) { _ = try mesh.desk.answer(Echo()) }
            let ours = try times(effort.readsPerRound, call)
            return Measurement.Round(ours: quantile(ours, share), baseline: quantile(baseline, share))
        }
        return Measurement(
            work: work,
            setting: "\(asked), \(TalksBenchmark.pageLimit) at most, as a workspace's owner, \(effort.talkMessages) messages of"
                + " \(TalksBenchmark.wordsPerMessage) words in \(effort.talkConversations) conversations, random ids, index caught up;"
                + " baseline: mesh.echo of the same service",
            unit: .microseconds, target: .takesAtMost(microseconds: limit), rounds: rounds)
    }

    private func times(_ count: Int, _ call: () throws -> Void) throws -> [Int64] {
        try (0..<count).map { _ in
            let start = MonotonicTime.nanoseconds
            try call()
            return MonotonicTime.nanoseconds - start
        }
    }
}
