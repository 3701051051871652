import DeletionCoordinatorContracts
import Digest
import Domain
import HTTP
import HolderContracts
import Runtime
import SQLite
import Wire

/// `POST /meta/data-deletion`: somebody removed the app from their account at Meta and asked for their data to be deleted.
final class MetaDeletion: Sendable {
    static let path = "/meta/data-deletion"

    private let process: ServiceProcess
    private let configuration: DeletionCoordinatorConfiguration
    private let store: DeletionCoordinatorStore
    private let codes: ConfirmationCodes
    private let driver: ErasureDriver
    private let signature: MetaSignature
    private let accepted: Metrics.Counter

    init(
        _ process: ServiceProcess, _ configuration: DeletionCoordinatorConfiguration, _ store: DeletionCoordinatorStore,
        _ codes: ConfirmationCodes, _ driver: ErasureDriver, _ signature: MetaSignature
    ) {
        self.process = process
        self.configuration = configuration
        self.store = store
        self.codes = codes
        self.driver = driver
        self.signature = signature
        accepted = process.metrics.counter("meta.callbacksAccepted")
    }

    @Sendable func receive(_ request: HTTPRequest, _ reply: HTTPReply) {
        guard let signed = signature.verify(request, at: MetaDeletion.path, reply) else { return }
        let now = process.system.clock.now
        // Meta sends one request again and again until it is answered: the same bytes are the same request.
        let digest = codes.digest("callback", of: Array(signed.text.utf8))
        let key = RequestKey("meta-\(Hex.encode(Array(digest.prefix(16))))")
        let code = codes.code(for: key)
        let subject = Subject(
            workspace: .nobodys, authorization: Authorization(app: configuration.metaApp, user: signed.user))
        let petition = Petition(
            key: key, digest: digest, codeDigest: ConfirmationCodes.digest(of: code), kind: .connection, source: .callback,
            proof: .signedCallback, chatDigest: nil, workspace: nil, sealedSubject: store.seal.seal(subject),
            subjectDigest: codes.digest("subject", of: FieldVisitor.write(subject)), policyVersion: configuration.policyVersion,
            receivedAt: now, windowMilliseconds: Deletion.Source.callback.windowMilliseconds, now: now)
        let isQueued = store.database.writer.submit("take callback") { connection in
            try DeletionCoordinatorStore.enrol(petition, connection)
        } completion: { [self] result in
            switch result {
            case .success: confirm(code, reply)
            case .failure(let error):
                process.log.event("callbackNotStored", level: .error, ("error", .safe("\(error)")))
                reply.send(.empty(.serviceUnavailable))
            }
        }
        if !isQueued { reply.send(.empty(.serviceUnavailable)) }
    }

    private func confirm(_ code: String, _ reply: HTTPReply) {
        accepted.add()
        driver.wake()
        do {
            var writer = JSONWriter()
            writer.beginObject()
            writer.name("url")
            writer.string("\(try publicURL())\(PublicDoor.statusPath)\(code)")
            writer.name("confirmation_code")
            writer.string(code)
            writer.endObject()
            reply.send(.json(writer.bytes))
        } catch {
            process.log.event("publicAddressUnknown", level: .error, ("error", .safe("\(error)")))
            reply.send(.empty(.serviceUnavailable))
        }
    }

    /// Where people find this door. Asked when it is needed: a port that the kernel chose is known only once we listen.
    private func publicURL() throws -> String {
        if let url = configuration.publicURL { return url }
        let configured = process.configuration.port(of: .deletionCoordinator, .http) ?? 0
        let file = PortFile(dataFolder: process.configuration.dataFolder, service: .deletionCoordinator, door: .http)
        let port = configured == 0 ? try file.read() : configured
        return "http://127.0.0.1:\(port)"
    }
}
