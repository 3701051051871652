import Access
import Digest
import HTTP
import Runtime
import Wire

/// Proves that Meta sent a callback; whoever else did is turned away here, and that is on record.
final class MetaSignature: Sendable {
    private let process: ServiceProcess
    private let security: SecurityLog
    private let keys: LiveKeys<[HMACSHA256Key]>
    private let refused: Metrics.Counter

    init(_ process: ServiceProcess, _ security: SecurityLog) {
        self.process = process
        self.security = security
        // Instagram-Login apps sign with the Instagram app's secret (PLATFORM §1).
        keys = process.liveKeys { (folder) throws(KeyProblem) in
            try (folder.secrets(of: KeyName.metaApp) + folder.secrets(of: KeyName.instagramApp)).map(HMACSHA256Key.init)
        }
        refused = process.metrics.counter("meta.callbacksRefused")
    }

    /// nil when the callback was refused: then it is answered.
    /// - Parameter path: of the door, as the source code has it.
    func verify(_ request: HTTPRequest, at path: String, _ reply: HTTPReply) -> SignedRequest? {
        let text: String
        do throws(HTTPRequest.FormRefusal) { text = try request.form()["signed_request"] ?? "" } catch {
            refuse(error == .notAForm ? .unsupportedMediaType : .badRequest, "form", reply)
            return nil
        }
        do throws(SignedRequest.Refusal) {
            return try SignedRequest(verifying: text, keys: keys.current, nowSeconds: process.system.clock.now.rawValue / 1000)
        } catch {
            if error == .wrongSignature { security.record(.signatureInvalid, at: path) }
            refuse(.badRequest, "\(error)", reply)
            return nil
        }
    }

    func refuse(_ status: HTTPStatus, _ reason: String, _ reply: HTTPReply) {
        refused.add()
        process.limitedLog.event("callbackRefused", level: .warning, ("reason", .safe(reason)))
        reply.send(.empty(status))
    }
}
