import DeletionCoordinatorContracts
import Domain
import Glibc
import HolderContracts
import SQLite
import Threads
import Wire

/// People are erased from a mesh that knows many: what the store takes for one, what it takes with all receipts and proofs, and how many
/// a second go when many wait, while others write.
struct ErasureBenchmark: Benchmark {
    static let name = "erasure"
    private static let messagesEach = 100
    /// Between two posts of whoever writes meanwhile.
    private static let pauseMicroseconds: UInt32 = 5000
    private static let quietPosts = 400

    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        try effort.erasureMessages.flatMap { try measure($0, effort, folder) }
    }

    private func measure(_ messages: Int, _ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        let mesh = try ContextMesh(folder, named: "erasure-\(messages)")
        defer { mesh.stop() }
        var people = (0..<messages / ErasureBenchmark.messagesEach).map { Alias(.whatsapp, .phone, "1555\(1_000_000 + $0)") }[...]
        try mesh.fill(messages, people: people.count)
        try mesh.waitForContext(of: 1)
        let table =
            "\(ErasureBenchmark.messagesEach) messages each of \(messages) in the store, a checkpoint at every"
            + " \(DatabaseOptions().checkpointPages) pages"
        let alone = min(effort.erasuresAlone, people.count / 4)
        let legs = try people.prefix(alone).map { try eraseInStore($0, mesh) }
        people = people.dropFirst(alone)
        let wholes = try people.prefix(alone).map { person in
            try time { try settle([try ask(person, mesh)], mesh) {} }
        }
        people = people.dropFirst(alone)
        let rows = [
            row(
                "erase, store leg p99, \(messages)", legs, limit: 250,
                "holder.erase of \(alone) people one after another, \(table): rows, search terms, log truncated"),
            row(
                "erase, all receipts p99, \(messages)", wholes, limit: 5000,
                "deletions.request of \(alone) people one after another, \(table), until it is completed: all receipts, proofs and scans")
        ]
        return rows + (try crowd(people.prefix(effort.erasuresQueued), table, messages, mesh))
    }

    /// One round of all; the baseline is the median.
    private func row(_ work: String, _ nanoseconds: [Int64], limit: Double, _ setting: String) -> Measurement {
        Measurement(
            work: work, setting: setting + "; baseline: their median", unit: .milliseconds, target: .lastsAtMost(milliseconds: limit),
            rounds: [Measurement.Round(ours: p99(nanoseconds) / 1000, baseline: medianMicroseconds(nanoseconds) / 1000)])
    }

    /// In microseconds.
    private func p99(_ nanoseconds: [Int64]) -> Double {
        let sorted = nanoseconds.sorted()
        return Double(sorted[min(sorted.count - 1, sorted.count * 99 / 100)]) / 1000
    }

    private func time(_ work: () throws -> Void) throws -> Int64 {
        let start = MonotonicTime.nanoseconds
        try work()
        return MonotonicTime.nanoseconds - start
    }

    // MARK: One

    private func eraseInStore(_ person: Alias, _ mesh: ContextMesh) throws -> Int64 {
        var subject = Subject(workspace: mesh.workspace, aliases: [person])
        subject = try mesh.holder.answer(CollectSubject(subject: subject)).subject
        subject.cutoff = Timestamp(rawValue: 253_402_300_799_999)
        var receipt = ErasureReceipt()
        let taken = try time {
            receipt = try mesh.holder.answer(EraseSubject(deletion: DeletionID(rawValue: Int64.max), subject: subject))
        }
        guard receipt.rows["messages"] ?? 0 >= Int64(ErasureBenchmark.messagesEach) else {
            throw BenchmarkFailure("the store erased fewer messages than the person had")
        }
        return taken
    }

    private func ask(_ person: Alias, _ mesh: ContextMesh) throws -> DeletionID {
        let request = RequestDeletion(
            key: RequestKey("erase-\(person.value)"), workspace: mesh.workspace, subject: person, source: .customer, immediately: true)
        return try mesh.deletions.answer(request, mesh.asOwner).deletion
    }

    /// Looks after every `meanwhile` whether all are completed.
    private func settle(_ deletions: [DeletionID], _ mesh: ContextMesh, _ meanwhile: () throws -> Void) throws {
        var open = deletions[...]
        while let deletion = open.first {
            let read = try mesh.deletions.answer(ReadDeletion(workspace: mesh.workspace, deletion: deletion), mesh.asOwner).deletion
            if read.state == .completed {
                guard read.found == true else { throw BenchmarkFailure("a deletion found nobody") }
                open = open.dropFirst()
            } else {
                try meanwhile()
            }
        }
    }

    // MARK: Many

    private func crowd(_ people: ArraySlice<Alias>, _ table: String, _ messages: Int, _ mesh: ContextMesh) throws -> [Measurement] {
        var count: Int64 = 0
        func post() throws -> Int64 {
            usleep(ErasureBenchmark.pauseMicroseconds)  // The pace of the load.
            count += 1
            return try time { try mesh.post([(phone: 1, id: "beside-\(messages)-\(count)", text: "one of many")]) }
        }
        let quiet = try (0..<ErasureBenchmark.quietPosts).map { _ in try post() }
        var busy: [Int64] = []
        let taken = try time {
            let deletions = try people.map { try ask($0, mesh) }
            try settle(deletions, mesh) { busy.append(try post()) }
        }
        let setting = "\(people.count) people asked for at once, \(table), while one client posts every few ms"
        let rate = Double(people.count) * 1e9 / Double(taken)
        return [
            Measurement(
                work: "erase queued people, \(messages)", setting: setting + ", to the last proof; baseline: what it must",
                unit: .perSecond, target: .reachesAtLeast(perSecond: 20), rounds: [Measurement.Round(ours: rate, baseline: 20)]),
            Measurement(
                work: "webhook p99 meanwhile, \(messages)", setting: setting + "; baseline: the same client before",
                unit: .microseconds, target: .addsAtMost(microseconds: 60_000),
                rounds: [Measurement.Round(ours: p99(busy.isEmpty ? quiet : busy), baseline: p99(quiet))])
        ]
    }
}
