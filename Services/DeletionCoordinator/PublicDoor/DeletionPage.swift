import DeletionCoordinatorContracts
import Digest
import Domain
import HTTP
import HolderContracts
import Net
import Runtime
import SQLite
import Wire

/// `/data-deletion`: explains how data is deleted, and takes the request of somebody who only knows their chat. They are shown a code, and
/// send it in that chat; nobody need say who they are, and nobody else can say it for them.
final class DeletionPage: Sendable {
    static let paths = ["/data-deletion", "/en/data-deletion"]
    static let keyLength = 32

    private let process: ServiceProcess
    private let configuration: DeletionCoordinatorConfiguration
    private let store: DeletionCoordinatorStore
    private let codes: ConfirmationCodes
    private let driver: ErasureDriver
    private let pace = SenderPace()
    private let taken, tooMany: Metrics.Counter

    init(
        _ process: ServiceProcess, _ configuration: DeletionCoordinatorConfiguration, _ store: DeletionCoordinatorStore,
        _ codes: ConfirmationCodes, _ driver: ErasureDriver
    ) {
        self.process = process
        self.configuration = configuration
        self.store = store
        self.codes = codes
        self.driver = driver
        taken = process.metrics.counter("deletionPage.taken")
        tooMany = process.metrics.counter("deletionPage.tooMany")
    }

    func register(on router: inout HTTPRouter) {
        for path in DeletionPage.paths {
            router.on(.get, path) { [self] _, reply in
                reply.send(.html(DeletionPageText.form(action: path, key: Hex.encode(process.system.random(DeletionPage.keyLength / 2)))))
            }
            router.on(.post, path) { [self] in take($0, $1) }
        }
    }

    private func take(_ request: HTTPRequest, _ reply: HTTPReply) {
        let text: String
        do throws(HTTPRequest.FormRefusal) { text = try request.form()["key"] ?? "" } catch {
            return reply.send(.empty(error == .notAForm ? .unsupportedMediaType : .badRequest))
        }
        guard text.utf8.count == DeletionPage.keyLength, Hex.decode(text) != nil else { return reply.send(.empty(.badRequest)) }
        if let wait = pace.wait(of: sender(of: request), now: process.system.clock.monotonicMilliseconds) {
            tooMany.add()
            return reply.send(
                .text("Too many requests came from your network. Please try again later.\n", .tooManyRequests).adding(
                    "Retry-After", "\((wait + 999) / 1000)"))
        }
        // The same page sent twice is the same request.
        let key = RequestKey("page-\(text)")
        let petition = petition(key)
        let isQueued = store.database.writer.submit("take page") { connection in
            try DeletionCoordinatorStore.enrol(petition, connection)
        } completion: { [self] result in
            switch result {
            case .success:
                taken.add()
                driver.wake()
                reply.send(.html(DeletionPageText.codes(chat: codes.chatCode(for: key), status: codes.code(for: key))))
            case .failure(let error):
                process.log.event("pageNotStored", level: .error, ("error", .safe("\(error)")))
                turnAway(reply)
            }
        }
        if !isQueued { turnAway(reply) }
    }

    /// Whose chat it is, nobody knows yet.
    private func petition(_ key: RequestKey) -> Petition {
        let now = process.system.clock.now
        return Petition(
            key: key, digest: codes.digest("page", of: Array(key.rawValue.utf8)),
            codeDigest: ConfirmationCodes.digest(of: codes.code(for: key)), kind: .person, source: .page, proof: nil,
            chatDigest: ConfirmationCodes.digest(ofChatCode: codes.chatCode(for: key)), workspace: nil,
            sealedSubject: store.seal.seal(Subject(workspace: .nobodys)), subjectDigest: nil, policyVersion: configuration.policyVersion,
            receivedAt: now, windowMilliseconds: Deletion.Source.page.windowMilliseconds, now: now)
    }

    private func turnAway(_ reply: HTTPReply) {
        reply.send(.text("We can't take your request right now. Please try again in a minute.\n", .serviceUnavailable))
    }

    /// A proxy on this machine says who its client is, where we are told in which header.
    private func sender(of request: HTTPRequest) -> IPAddress {
        let peer = request.peer ?? .unspecified
        guard peer.isLoopback, let name = configuration.addressHeader else { return peer }
        return request.headers[name].flatMap(IPAddress.init) ?? peer
    }
}
