/// Erasures that wait until their content is gone from the write-ahead log too.
///
/// A value: it says when to try, and who is answered with what. The writer acts.
struct Residue {
    /// Between two tries other writes go on.
    static let pauseMilliseconds: Int64 = 10
    /// How long a try may wait for readers and so hold up writes; longer once half of the time is used up.
    static let waitMilliseconds: (early: Int64, late: Int64) = (5, 100)

    struct Waiting {
        let startedNanoseconds: Int64
        let deadlineNanoseconds: Int64
        let completion: @Sendable (Result<Void, any Error>) -> Void
    }

    private var waiting: [Waiting] = []
    private var nextTryNanoseconds: Int64 = 0

    var isEmpty: Bool { waiting.isEmpty }

    mutating func add(_ one: Waiting) {
        if waiting.isEmpty { nextTryNanoseconds = one.startedNanoseconds }
        waiting.append(one)
    }

    /// Milliseconds until something has to be done, rounded up; nil when nothing waits.
    func waitMilliseconds(now: Int64) -> Int64? {
        guard !waiting.isEmpty else { return nil }
        return max(0, (nextTryNanoseconds - now + 999_999) / 1_000_000)
    }

    /// How long the next try may wait for readers; nil when it is not its time.
    func tryNow(now: Int64) -> Int64? {
        guard !waiting.isEmpty, now >= nextTryNanoseconds else { return nil }
        let isLate = waiting.contains { now - $0.startedNanoseconds > ($0.deadlineNanoseconds - $0.startedNanoseconds) / 2 }
        return isLate ? Residue.waitMilliseconds.late : Residue.waitMilliseconds.early
    }

    /// After a try: who is answered, and with what.
    mutating func tried(_ result: Result<Bool, DatabaseError>, now: Int64) -> [(Waiting, Result<Void, any Error>)] {
        switch result {
        case .success(true): return takeAll(.success(()))
        case .failure(let error): return takeAll(.failure(error))
        case .success(false):
            nextTryNanoseconds = now + Residue.pauseMilliseconds * 1_000_000
            let late = waiting.filter { now >= $0.deadlineNanoseconds }
            waiting.removeAll { now >= $0.deadlineNanoseconds }
            return late.map { ($0, .failure(Residue.remains)) }
        }
    }

    mutating func takeAll(_ result: Result<Void, any Error>) -> [(Waiting, Result<Void, any Error>)] {
        defer { waiting = [] }
        return waiting.map { ($0, result) }
    }

    static let remains = DatabaseError(
        .residueRemains, operation: "erase residue", hint: "a reader held the write-ahead log: ask again")
}
