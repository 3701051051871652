import Domain
import IntakeContracts
import Wire

/// Forms as a gateway hands them over and the team works on them.
extension Intake {
    func submitForm(_ request: SubmitForm, _ reply: Reply<SubmitForm>) {
        let checked: CheckedForm
        do throws(CheckedForm.Problems) { checked = try CheckedForm(request.entry, as: request.kind) } catch {
            let first = error.all[0]
            return reply.fault(.malformed, "entry.\(first.field): \(first.message)")
        }
        let (store, now, keyed) = (store, process.system.clock.now, keyed(request))
        let form = IntakeStore.IncomingForm(
            checked, key: keyed.key, fields: keyed.fields, market: request.market, policyVersion: request.policyVersion,
            agreementVersion: request.agreementVersion, submittedAt: min(request.submittedAt, now), receivedAt: now, digests)
        write("submit form", reply) { connection in
            try store.submit(form, restingOn: request.consent, connection)
        } then: { id in
            reply.ok(SubmitForm.Response(form: id))
        }
    }

    func listForms(_ request: ListForms, _ reply: Reply<ListForms>) {
        let (store, now) = (store, process.system.clock.now)
        read("list forms", reply) { ListForms.Response(forms: try store.forms(request, now: now, $0)) }
    }

    func readForm(_ request: ReadForm, _ reply: Reply<ReadForm>) {
        let (store, now) = (store, process.system.clock.now)
        read("read form", reply) { connection in
            let found = try store.form(request.form, now: now, connection)
            guard let found else { throw IntakeStore.Refused<ReadForm>(reason: .unknownForm) }
            if found.isWithdrawn { throw IntakeStore.Refused<ReadForm>(reason: .consentWithdrawn) }
            return ReadForm.Response(form: found.form, entry: found.entry)
        }
    }

    func closeForm(_ request: CloseForm, _ reply: Reply<CloseForm>) {
        let (store, now) = (store, process.system.clock.now)
        write("close form", reply) { connection in
            try store.close(request.form, now: now, connection)
        } then: { closedAt in
            reply.ok(CloseForm.Response(closedAt: closedAt))
        }
    }
}
