import Access
import DeletionCoordinatorContracts
import Digest
import Domain
import Erasure
import HolderContracts
import Policy
import Runtime
import SQLite
import Wire

/// Does what a run asks for: calls holders, writes the journal, overwrites residue. Every action ends in one event, given to `post` on
/// whatever thread it comes about.
struct ErasureHands: Sendable {
    let holders: [Peer: any Transport]
    let journal: any TombstoneJournal
    let digester: ErasureDigester
    let signers: [Peer: ReceiptSigner]
    let store: DeletionCoordinatorStore
    let clock: any Clock
    let facts: AccessFacts
    let log: Log

    typealias Post = @Sendable (ErasureEvent) -> Void

    func perform(_ action: ErasureAction, of run: ErasureRun, post: @escaping Post) {
        switch action {
        case .acknowledge: post(.acknowledged)
        case .consult: post(consulted(run))
        case .collect(let holder):
            call(CollectSubject(subject: run.subject), at: holder, for: run, post) { .collected($0) }
        case .journal:
            do throws(JournalError) {
                try journal.append(tombstones(of: run), of: run.deletion)
                post(.journaled)
            } catch {
                log.event("journalFailed", level: .error, ("error", .safe(error.description)))
                post(.failed)
            }
        case .place(let holder):
            place(tombstones(of: run)[...], at: holder, for: run, post)
        case .weigh:
            do { post(.weighed(try store.keeping(of: run, now: clock.now))) } catch {
                log.event("holdsUnreadable", level: .error, ("error", .safe("\(error)")))
                post(.failed)
            }
        case .erase(let holder):
            call(EraseSubject(deletion: run.deletion, subject: run.subject), at: holder, for: run, post) { receipt in
                .erased(receipt, isAuthentic: signers[holder]?.isValid(receipt) ?? false)
            }
        case .setAside(let holder):
            call(EraseSubject(deletion: run.deletion, subject: run.subject, isHeld: true), at: holder, for: run, post) { receipt in
                .setAside(receipt, isAuthentic: signers[holder]?.isValid(receipt) ?? false)
            }
        case .prove(let holder):
            call(ProveErasure(subject: run.subject, scan: run.kind.isNamed), at: holder, for: run, post) { .proved($0) }
        case .clear: eraseResidue(post)
        case .wait, .rest, .finish: preconditionFailure("a run that rests has nothing to be done")
        }
    }

    /// What whoever decides about the data wants: messenger data is the workspace's, all else our own.
    private func consulted(_ run: ErasureRun) -> ErasureEvent {
        switch run.kind {
        case .connection, .forms, .member, .workspace: return .instructed(.erase)
        case .person, .conversation, .message, .channel:
            // Facts that have not come yet come soon.
            guard let workspace = facts.workspace(run.subject.workspace) else { return .failed }
            return .instructed(workspace.instructions.onDeletion)
        }
    }

    private func tombstones(of run: ErasureRun) -> [Tombstone] {
        guard let cutoff = run.cutoff else { preconditionFailure("erasing begins with a cut-off") }
        return run.subject.erasedNames.map { digester.tombstone($0, cutoff: cutoff) }
    }

    /// Part by part: one request takes only so many.
    private func place(_ tombstones: ArraySlice<Tombstone>, at holder: Peer, for run: ErasureRun, _ post: @escaping Post) {
        guard !tombstones.isEmpty else { return post(.placed) }
        let part = tombstones.prefix(PlaceTombstones.countMax)
        let forward: Post = { event in
            switch event {
            case .placed: place(tombstones.dropFirst(part.count), at: holder, for: run, post)
            case .due, .acknowledged, .instructed, .weighed, .setAside, .collected, .journaled, .erased, .proved, .cleared, .failed:
                post(event)
            }
        }
        call(PlaceTombstones(deletion: run.deletion, tombstones: Array(part)), at: holder, for: run, forward) { answer in
            answer.standing == Int64(part.count) ? .placed : .failed
        }
    }

    private func call<R: Request>(
        _ request: R, at holder: Peer, for run: ErasureRun, _ post: @escaping Post,
        _ event: @escaping @Sendable (R.Response) -> ErasureEvent
    ) {
        guard let transport = holders[holder] else { preconditionFailure("\(holder.rawValue) is no holder") }
        transport.call(request, CallOptions(trace: run.trace)) { outcome in
            switch outcome {
            case .ok(let response): post(event(response))
            case .refused(let reason, _): fail(R.self, holder, reason.rawValue, post)
            case .fault(let fault): fail(R.self, holder, fault.code.rawValue, post)
            }
        }
    }

    private func fail<R: Request>(_ type: R.Type, _ holder: Peer, _ reason: String, _ post: Post) {
        log.event(
            "holderCallFailed", level: .warning, ("holder", .safe(holder.rawValue)), ("method", .safe(R.contract.method)),
            ("reason", .safe(reason)))
        post(.failed)
    }

    /// Overwrites what deleted and changed rows left in our own file.
    private func eraseResidue(_ post: @escaping Post) {
        let isQueued = store.database.writer.eraseResidue(deadlineMilliseconds: EraseSubject.contract.deadlineMilliseconds) { result in
            switch result {
            case .success: post(.cleared)
            case .failure(let error):
                log.event("residueRemains", level: .warning, ("error", .safe("\(error)")))
                post(.failed)
            }
        }
        if !isQueued { post(.failed) }
    }
}

extension ErasureRun {
    /// Follows the deletion through all processes: its number in 16 hex digits.
    fileprivate var trace: String {
        Hex.encode(withUnsafeBytes(of: deletion.rawValue.bigEndian, Array.init))
    }
}
