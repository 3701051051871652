import Domain
import HTTP
import IntakeContracts
import Runtime
import Wire

/// `POST /meta/deauthorize`: a business removed the app. Its channels end, at intake, before Meta is answered; people's data is another
/// callback's matter.
final class MetaDeauthorization: Sendable {
    static let path = "/meta/deauthorize"
    static let retryAfterSeconds = "30"

    private let process: ServiceProcess
    private let app: String
    private let intake: any Transport
    private let signature: MetaSignature
    private let accepted: Metrics.Counter

    init(_ process: ServiceProcess, _ configuration: DeletionCoordinatorConfiguration, _ intake: any Transport, _ signature: MetaSignature)
    {
        self.process = process
        app = configuration.metaApp
        self.intake = intake
        self.signature = signature
        accepted = process.metrics.counter("meta.deauthorizations")
    }

    @Sendable func receive(_ request: HTTPRequest, _ reply: HTTPReply) {
        guard let signed = signature.verify(request, at: MetaDeauthorization.path, reply) else { return }
        // Without its time a callback that comes again would end what was connected since.
        guard let issuedAt = signed.issuedAt else { return signature.refuse(.badRequest, "no time", reply) }
        intake.call(DeauthorizeConnection(app: app, user: signed.user, at: issuedAt)) { [self] outcome in
            switch outcome {
            case .ok(let response): confirm(response, reply)
            case .refused: turnAway("refused", reply)
            case .fault(let fault): turnAway(fault.code.rawValue, reply)
            }
        }
    }

    private func confirm(_ response: DeauthorizeConnection.Response, _ reply: HTTPReply) {
        accepted.add()
        process.log.event("deauthorized", ("known", .int(response.known)), ("ended", .int(response.ended)))
        reply.send(.json(FieldVisitor.write(response)))
    }

    /// Nothing has ended, and Meta is told so.
    private func turnAway(_ reason: String, _ reply: HTTPReply) {
        process.log.event("deauthorizationFailed", level: .error, ("reason", .safe(reason)))
        reply.send(.text("Try again later.\n", .serviceUnavailable).adding("Retry-After", MetaDeauthorization.retryAfterSeconds))
    }
}
