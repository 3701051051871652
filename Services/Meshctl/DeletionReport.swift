import DeletionCoordinatorContracts
import Domain
import Glibc
import HolderContracts
import Runtime
import Wire

/// Follows a deletion and shows what every holder did and proved.
struct DeletionReport {
    private static let pollMicroseconds: UInt32 = 50_000

    private let mesh: Mesh
    private let deletion: DeletionID

    init(_ mesh: Mesh, _ deletion: DeletionID) throws {
        self.mesh = mesh
        self.deletion = deletion
    }

    /// Shows each new state until the last one. Throws when nothing moves for `Patience.milliseconds`.
    func follow(quietly: Bool, indent: String = "") throws {
        let clock = SystemClock()
        var patience = Patience(now: clock.monotonicMilliseconds)
        var shown: Deletion.State?
        while true {
            let response = try read()
            let deletion = response.deletion
            if deletion.state != shown && !quietly { Terminal.say("\(indent)… \(deletion.state.rawValue)") }
            shown = deletion.state
            switch deletion.state {
            // Only time or somebody's decision moves it on.
            case .completed, .refused, .cancelled, .awaitingIdentity, .awaitingController, .held: return
            case .received, .acknowledged, .scheduled, .erasing, .verifying, .erasedHere: break
            }
            if let problem = patience.problem(response, now: clock.monotonicMilliseconds) {
                throw Failure(status: Exit.fault, message: problem)
            }
            usleep(DeletionReport.pollMicroseconds)  // A person watches; the coordinator isn't asked faster than they can read.
        }
    }

    func read() throws -> ReadDeletion.Response { try mesh.call(.deletionCoordinator, ReadDeletion(deletion: deletion)) }

    func print(asJSON: Bool, indent: String = "") throws {
        let response = try read()
        if asJSON { return Terminal.say(String(decoding: FieldVisitor.write(response), as: UTF8.self)) }
        let state = response.deletion
        Terminal.say(
            "\(indent)deletion \(state.id.rawValue): \(state.state.rawValue)\(state.found == false ? ", nothing was found under this name" : "")"
        )
        if let due = state.scheduledFor, state.completedAt == nil { Terminal.say("\(indent)not before \(CivilTime.text(due))") }
        if let time = state.decideBy { Terminal.say("\(indent)decided by \(CivilTime.text(time)) at the latest") }
        if let ground = state.ground { Terminal.say("\(indent)\(ground.rawValue)\(state.contact.map { ", see \($0)" } ?? "")") }
        if let ground = state.extensionGround {
            Terminal.say("\(indent)takes until \(CivilTime.text(state.dueBy).prefix(10)): \(ground.rawValue)")
        }
        if let last = state.lastCopyExpiresAt {
            Terminal.say("\(indent)the last backup that may hold it expires on \(CivilTime.text(last).prefix(10))")
        }
        for notice in response.notices {
            let sent = notice.sentAt.map { "taken by the mailer at \(CivilTime.text($0))" } ?? "waits for the mailer"
            Terminal.say("\(indent)\(notice.kind.rawValue) written at \(CivilTime.text(notice.writtenAt)), \(sent)")
        }
        if state.failedAttempts > 0 {
            Terminal.say("\(indent)\(state.failedAttempts) attempts failed since the last step: see `meshctl status`")
        }
        DeletionReport.receipts(response.receipts, indent)
        DeletionReport.proofs(response.proofs, indent)
    }

    private static func receipts(_ receipts: [ErasureReceipt], _ indent: String) {
        guard !receipts.isEmpty else { return }
        let rows = receipts.map { receipt in
            [
                receipt.holder, CivilTime.text(receipt.erasedAt), String((receipt.mac ?? "").prefix(12)) + "…", counts(receipt.rows)
            ]
        }
        Terminal.table(["receipt of", "at", "signed", "rows erased"], rows, indent: indent)
    }

    static func proofs(_ proofs: [ProveErasure.Response], _ indent: String) {
        guard !proofs.isEmpty else { return }
        let rows = proofs.map { proof in
            [
                proof.holder, "\(proof.rows.values.reduce(0, +))", proof.scan.map { "\($0.bytes >> 10) KiB in \($0.files) files" } ?? "-",
                proof.scan.map { "\($0.residue + $0.other)" } ?? "-", proof.scan.map { counts($0.live) } ?? "-"
            ]
        }
        Terminal.table(["proof of", "rows left", "scanned", "traces", "in rows that stand"], rows, indent: indent)
    }

    private static func counts(_ counts: [String: Int64]) -> String {
        let shown = counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return shown.isEmpty ? "none" : shown.joined(separator: ", ")
    }
}
