import Digest
import Domain
import HTTP
import IntakeContracts
import Net
import Runtime
import SQLite
import Wire

/// `/contact`, `/demo` and `/support`: shows the forms and takes what comes back, from browsers and as JSON. On disk when it is answered.
final class FormDoor: Sendable {
    private static let retryAfterSeconds: Int64 = 5

    private let process: ServiceProcess
    private let configuration: IntakeConfiguration
    private let database: Database
    private let store: IntakeStore
    private let digests: IntakeDigests
    private let reserve: DiskReserve
    private let pace = SenderPace()
    private let taken, refused, trapped, tooMany: Metrics.Counter

    init(
        _ process: ServiceProcess, _ configuration: IntakeConfiguration, _ database: Database, _ store: IntakeStore,
        _ digests: IntakeDigests, _ reserve: DiskReserve
    ) {
        self.process = process
        self.configuration = configuration
        self.database = database
        self.store = store
        self.digests = digests
        self.reserve = reserve
        taken = process.metrics.counter("forms.taken")
        refused = process.metrics.counter("forms.refused")
        trapped = process.metrics.counter("forms.trapped")
        tooMany = process.metrics.counter("forms.tooMany")
    }

    func register(on router: inout HTTPRouter) {
        router.onStyle(FormPage.stylePath)
        for kind in FormPage.kinds {
            let page = FormPage(kind: kind, configuration: configuration)
            router.on(.get, FormPage.path(kind)) { [self] _, reply in reply.send(.html(page.form(key: newKey()))) }
            router.on(.post, FormPage.path(kind)) { [self] in take($0, on: page, $1) }
            router.on(.get, "\(FormPage.thanksPath(kind)):reference") { request, reply in
                guard let number = request.parameter.flatMap({ Int64($0) }), number > 0 else {
                    return reply.send(.text("Not found.\n", .notFound))
                }
                reply.send(.html(page.thanks(reference: String(number))))
            }
        }
    }

    // MARK: In

    private func take(_ request: HTTPRequest, on page: FormPage, _ reply: HTTPReply) {
        let answer = FormAnswer(page: page, isJSON: request.mediaType == FormSubmission.json, reply: reply)
        let sent: FormSubmission
        do throws(FormSubmission.Refusal) { sent = try FormSubmission(request) } catch { return refuse(error, answer) }
        switch check(sent, as: page.kind) {
        case .failure(let problems):
            refused.add()
            if problems.all.contains(where: { $0.field == FormPage.trapField }) { trapped.add() }
            answer.problems(problems.all, sent, key: newKey())
        case .success(let checked):
            if let wait = pace.wait(of: sender(of: request), now: process.system.clock.monotonicMilliseconds) {
                tooMany.add()
                process.limitedLog.event("formsTooMany")
                return answer.failure(
                    .tooManyRequests, "Too many messages came from your network. Please try again in \(minutes(wait)).",
                    retryAfterSeconds: (wait + 999) / 1000)
            }
            store(checked, sent, answer)
        }
    }

    private func check(_ sent: FormSubmission, as kind: Form.Kind) -> Result<CheckedForm, CheckedForm.Problems> {
        var problems = sent.unreadable
        func add(_ field: String, _ message: String) { problems.append(CheckedForm.Problem(field: field, message: message)) }
        if !sent.trap.isEmpty { add(FormPage.trapField, "Please leave this field empty.") }
        // What is kept is what was shown.
        if sent.policyVersion != configuration.policyVersion {
            add(
                "policyVersion", "Version \(configuration.policyVersion) of our policy applies now. Please read it and send the form again."
            )
        }
        if sent.agreementVersion != configuration.agreementVersion {
            add(
                "agreementVersion",
                "Version \(configuration.agreementVersion) of our terms of use applies now. Please read it and send the form again.")
        }
        do throws(CheckedForm.Problems) {
            let checked = try CheckedForm(sent.entry, as: kind)
            return problems.isEmpty ? .success(checked) : .failure(CheckedForm.Problems(all: problems))
        } catch {
            let known = Set(problems.map(\.field))
            return .failure(CheckedForm.Problems(all: error.all.filter { !known.contains($0.field) } + problems))
        }
    }

    private func store(_ checked: CheckedForm, _ sent: FormSubmission, _ answer: FormAnswer) {
        guard reserve.hasRoom else { return turnAway("diskReserve", answer) }
        let now = process.system.clock.now
        // A page's key and its fields together: what was changed and sent once more is another form.
        let fields = digests.keys.digest(ofFields: sent.fields + (sent.key.isEmpty ? process.system.random(16) : []))
        let market = sent.market ?? configuration.market
        func incoming(_ checked: CheckedForm, _ prefix: String) -> IntakeStore.IncomingForm {
            IntakeStore.IncomingForm(
                checked, key: RequestKey(prefix + Hex.encode(fields)), fields: fields, market: market, policyVersion: sent.policyVersion,
                agreementVersion: sent.agreementVersion, submittedAt: now, receivedAt: now, digests)
        }
        let form = incoming(checked, "page:")
        let wantsNews = sent.wantsNews && FormPage.offersNews(checked.kind)
        let news = wantsNews ? incoming(CheckedForm(newsFor: checked), "news:") : nil
        let isQueued = database.writer.submit("take form") { [store] connection in
            try store.take(form, withNews: news, connection)
        } completion: { [self] result in
            switch result {
            case .success(let id):
                taken.add()
                answer.taken(id)
            case .failure(let error):
                process.log.event("formNotStored", level: .error, ("error", .safe("\(error)")))
                turnAway("writeFailed", answer)
            }
        }
        if !isQueued { turnAway("queueFull", answer) }
    }

    // MARK: Out

    private func refuse(_ refusal: FormSubmission.Refusal, _ answer: FormAnswer) {
        refused.add()
        switch refusal {
        case .tooLarge: answer.failure(.contentTooLarge, "The form is larger than \(FormSubmission.bodyBytesMax / 1024) KiB.")
        case .notAForm: answer.failure(.unsupportedMediaType, "Please send application/json or application/x-www-form-urlencoded.")
        case .malformed: answer.failure(.badRequest, "The form could not be read.")
        }
    }

    /// Nothing is kept.
    private func turnAway(_ reason: StaticString, _ answer: FormAnswer) {
        process.limitedLog.event("formTurnedAway", ("reason", .word(reason)))
        answer.failure(
            .serviceUnavailable, "We can't take your message right now. Please try again in a minute.",
            retryAfterSeconds: FormDoor.retryAfterSeconds)
    }

    private func minutes(_ milliseconds: Int64) -> String {
        let minutes = (milliseconds + 59_999) / 60_000
        return minutes == 1 ? "a minute" : "\(minutes) minutes"
    }

    private func newKey() -> String { Hex.encode(process.system.random(16)) }

    /// Whom the pace is for: a proxy on this machine says who its client is, where we are told in which header.
    private func sender(of request: HTTPRequest) -> IPAddress {
        let peer = request.peer ?? .unspecified
        guard peer.isLoopback, let name = configuration.addressHeader else { return peer }
        return request.headers[name].flatMap(IPAddress.init) ?? peer
    }
}
