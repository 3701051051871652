import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import TestKit
import Threads
import Wire

/// A holder that a test scripts, behind a real router.
final class FakeHolder: @unchecked Sendable {  // All state is guarded by `lock`.
    let peer: Peer
    let router: Router
    private let signer: ReceiptSigner
    private let time: ManualTime
    private let lock = Lock()
    private var state = State()

    struct State {
        /// Rows of the subject that stand here.
        var rows: Int64 = 0
        /// What it adds to a subject that it is asked about.
        var adds: @Sendable (Subject) -> Subject = { $0 }
        /// Proofs that still find residue in the file.
        var residueProofs = 0
        /// Proofs that still find a row.
        var rowProofs = 0
        var isDown = false
        /// Calls that it was given, in order.
        var calls: [String] = []
        var tombstones: Set<Tombstone> = []
        /// Digests in the order in which they came, with what the journal held at that time.
        var beforeJournal: [String] = []
        var erased: [Subject] = []
        var setAside: [Subject] = []
        var deauthorized: [DeauthorizeConnection] = []
        /// What it was told to expire, and how it answers.
        var expiries: [ExpireData] = []
        var expires: @Sendable (ExpireData) -> (rows: [String: Int64], kept: [String: Int64], isPartial: Bool) = { _ in ([:], [:], false) }
        /// Falsifies receipts.
        var tamper: @Sendable (ErasureReceipt) -> ErasureReceipt = { $0 }
        /// What the journal holds, asked before each tombstone is taken.
        var journaled: @Sendable () -> Set<String> = { [] }
    }

    init(_ peer: Peer, key: [UInt8], _ time: ManualTime) {
        self.peer = peer
        self.time = time
        router = Router(service: peer.rawValue)
        signer = ReceiptSigner(key: key)
        router.on(CollectSubject.self, collect)
        router.on(PlaceTombstones.self, place)
        router.on(EraseSubject.self, erase)
        router.on(ProveErasure.self, prove)
        router.on(DeauthorizeConnection.self, deauthorize)
        router.on(ExpireData.self, expire)
    }

    func with<Value>(_ body: (inout State) -> Value) -> Value { lock.withLock { body(&state) } }

    private func collect(_ request: CollectSubject, _ reply: Reply<CollectSubject>) {
        reply.ok(
            with { state in
                state.calls.append("collect")
                return CollectSubject.Response(subject: state.adds(request.subject), rows: ["things": state.rows])
            })
    }

    private func place(_ request: PlaceTombstones, _ reply: Reply<PlaceTombstones>) {
        let journaled = with { $0.journaled }()
        with { state in
            state.calls.append("place")
            state.beforeJournal += request.tombstones.map(\.digest).filter { !journaled.contains($0) }
            state.tombstones.formUnion(request.tombstones)
        }
        reply.ok(PlaceTombstones.Response(standing: Int64(request.tombstones.count)))
    }

    private func erase(_ request: EraseSubject, _ reply: Reply<EraseSubject>) {
        let receipt = with { state in
            if request.isHeld == true {
                state.calls.append("setAside")
                state.setAside.append(request.subject)
                return ErasureReceipt(
                    deletion: request.deletion, holder: peer.rawValue, rows: ["things": state.rows], files: [], erasedAt: time.now)
            }
            state.calls.append("erase")
            state.erased.append(request.subject)
            defer { state.rows = 0 }
            return ErasureReceipt(
                deletion: request.deletion, holder: peer.rawValue, rows: ["things": state.rows], files: ["things.sqlite"],
                erasedAt: time.now)
        }
        reply.ok(with { $0.tamper }(signer.sign(receipt)))
    }

    private func expire(_ request: ExpireData, _ reply: Reply<ExpireData>) {
        let answer = with { state in
            state.expiries.append(request)
            return state.expires
        }(request)
        reply.ok(ExpireData.Response(holder: peer.rawValue, rows: answer.rows, kept: answer.kept, isPartial: answer.isPartial))
    }

    /// As intake does: each user of an app is said to have one channel, but for `nobody`.
    private func deauthorize(_ request: DeauthorizeConnection, _ reply: Reply<DeauthorizeConnection>) {
        with { $0.deauthorized.append(request) }
        reply.ok(request.user == "nobody" ? .init(known: 0, ended: 0) : .init(known: 1, ended: 1))
    }

    private func prove(_ request: ProveErasure, _ reply: Reply<ProveErasure>) {
        let response = with { state in
            state.calls.append("prove")
            var scan = ScanResult()
            scan.names = 1
            if state.residueProofs > 0 {
                state.residueProofs -= 1
                scan.residue = 1
            }
            var rows = state.rows
            if state.rowProofs > 0 {
                state.rowProofs -= 1
                rows += 1
            }
            return ProveErasure.Response(holder: peer.rawValue, rows: ["things": rows], scan: request.scan ? scan : nil)
        }
        reply.ok(response)
    }
}

/// Ends everything at one of the passages that a test enumerates: what happens then is lost, as in a crash.
final class Guillotine: @unchecked Sendable {  // All state is guarded by `lock`.
    private let lock = Lock()
    private let fallen: Condition
    private var count = 0
    private var hasFallen = false
    private let fallsAt: Int?

    init(fallsAt: Int? = nil) {
        self.fallsAt = fallsAt
        fallen = Condition(lock)
    }

    var passages: Int { lock.withLock { count } }

    /// False at the passage where it falls, and ever after.
    func pass() -> Bool {
        lock.withLock {
            if count == fallsAt {
                hasFallen = true
                fallen.broadcast()
            }
            count += 1
            return !hasFallen
        }
    }

    /// True when it has fallen within that time.
    func waitForFall(milliseconds: Int64) -> Bool {
        lock.withLock {
            while !hasFallen { if !fallen.wait(milliseconds: milliseconds) { break } }
            return hasFallen
        }
    }
}

/// The way to a holder: down when the holder is, and cut where the guillotine falls, before the request or after it.
struct FakeLink: Transport {
    let inner: any Transport
    let holder: FakeHolder?
    let guillotine: Guillotine

    func exchange(
        timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void
    ) {
        if holder?.with({ $0.isDown }) == true { return receive(.fault(Fault(.unavailable, "down"))) }
        guard guillotine.pass() else { return }
        inner.exchange(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame) { [guillotine] reply in
            if guillotine.pass() { receive(reply) }
        }
    }

    func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8]) -> ReplyBytes {
        // Retention runs have a thread of their own to wait on; a driver never waits for a holder.
        if holder?.with({ $0.isDown }) == true { return .fault(Fault(.unavailable, "down")) }
        return inner.exchangeBlocking(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame)
    }
}
