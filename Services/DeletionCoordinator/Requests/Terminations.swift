import Access
import DeletionCoordinatorContracts
import Digest
import Domain
import HolderContracts
import Runtime
import SQLite
import Wire

/// Turns the end of an agreement or of a channel into a deletion: intake says by `access.feed` what has ended, and each gets one.
final class Terminations: @unchecked Sendable {  // `known` is the driver's thread's own.
    /// After its end a channel's account may be connected again before what came by it is erased.
    static let channelMilliseconds = 30 * Deletion.Source.day

    private let facts: AccessFacts
    private let store: DeletionCoordinatorStore
    private let codes: ConfirmationCodes
    private let policyVersion: String
    private let clock: any Clock
    /// Those that have their deletion; asked again after a restart, which the key makes harmless.
    private var known: Set<WorkspaceID> = []
    private var knownChannels: Set<ChannelID> = []

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
            var subject = Subject(workspace: workspace)
            subject.isWhole = true
            let petition = petition(
                .workspace, subject, codes.digest("termination", of: Array(workspace.rawValue.utf8)),
                windowMilliseconds: Deletion.Source.termination.windowMilliseconds)
            _ = try store.database.writer.write("take termination") { try DeletionCoordinatorStore.enrol(petition, $0) }
            known.insert(workspace)
        }
    }

    /// On the driver's thread, which looks at least once a minute: those whose time for a reconnection is over.
    func enrolChannels() throws {
        let due = facts.channels(endedBy: clock.now.adding(milliseconds: -Terminations.channelMilliseconds))
        for (channel, workspace, endedAt) in due where !knownChannels.contains(channel) {
            let petition = petition(
                .channel, Subject(channel: channel, of: workspace),
                codes.digest("channel end", of: Array("\(channel.rawValue)\n\(endedAt.rawValue)".utf8)), windowMilliseconds: 0)
            _ = try store.database.writer.write("take channel end") { try DeletionCoordinatorStore.enrol(petition, $0) }
            knownChannels.insert(channel)
        }
    }

    private func petition(
        _ kind: Deletion.Kind, _ subject: Subject, _ digest: [UInt8], windowMilliseconds: Int64
    ) -> Petition {
        let key = RequestKey("\(kind == .workspace ? "termination" : "channelEnd")-\(Hex.encode(Array(digest.prefix(16))))")
        return Petition(
            key: key, digest: digest, codeDigest: ConfirmationCodes.digest(of: codes.code(for: key)), kind: kind, source: .termination,
            proof: Deletion.Source.termination.proof, chatDigest: nil, workspace: subject.workspace,
            sealedSubject: store.seal.seal(subject), subjectDigest: nil, policyVersion: policyVersion, receivedAt: clock.now,
            windowMilliseconds: windowMilliseconds, now: clock.now)
    }
}
