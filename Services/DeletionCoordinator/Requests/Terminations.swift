import Access
import DeletionCoordinatorContracts
import Digest
import Domain
import HolderContracts
import Runtime
import SQLite
import Wire

/// Turns the end of an agreement into a deletion: intake says by `access.feed` which workspaces have ended, and each gets one.
final class Terminations: @unchecked Sendable {  // `known` is the driver's thread's own.
    private let facts: AccessFacts
    private let store: DeletionCoordinatorStore
    private let codes: ConfirmationCodes
    private let policyVersion: String
    private let clock: any Clock
    /// Those that have their deletion; asked again after a restart, which the key makes harmless.
    private var known: Set<WorkspaceID> = []

    init(_ facts: AccessFacts, _ store: DeletionCoordinatorStore, _ codes: ConfirmationCodes, policyVersion: String, clock: any Clock) {
        self.facts = facts
        self.store = store
        self.codes = codes
        self.policyVersion = policyVersion
        self.clock = clock
    }

    /// On the driver's thread.
    func enrol() throws {
        for workspace in facts.terminatedWorkspaces where !known.contains(workspace) {
            let petition = petition(workspace)
            _ = try store.database.writer.write("take termination") { try DeletionCoordinatorStore.enrol(petition, $0) }
            known.insert(workspace)
        }
    }

    private func petition(_ workspace: WorkspaceID) -> Petition {
        let digest = codes.digest("termination", of: Array(workspace.rawValue.utf8))
        let key = RequestKey("termination-\(Hex.encode(Array(digest.prefix(16))))")
        var subject = Subject(workspace: workspace)
        subject.isWhole = true
        return Petition(
            key: key, digest: digest, codeDigest: ConfirmationCodes.digest(of: codes.code(for: key)), kind: .workspace,
            source: .termination, proof: Deletion.Source.termination.proof, chatDigest: nil, workspace: workspace,
            sealedSubject: store.seal.seal(subject), subjectDigest: nil, policyVersion: policyVersion, receivedAt: clock.now,
            windowMilliseconds: Deletion.Source.termination.windowMilliseconds, now: clock.now)
    }
}
