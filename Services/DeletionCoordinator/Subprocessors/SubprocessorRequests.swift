import DeletionCoordinatorContracts
import Domain
import Policy
import SQLite
import Wire

/// `subprocessors.set` and `.list`: the register of who works for Botseller with personal data.
extension DeletionCoordinator {
    func registerSubprocessors() {
        process.router.on(SetSubprocessor.self, setSubprocessor)
        process.router.on(ListSubprocessors.self, listSubprocessors)
    }

    private func setSubprocessor(_ request: SetSubprocessor, _ reply: Reply<SetSubprocessor>) {
        if let problem = request.subprocessor.problem { return reply.fault(.malformed, "body: subprocessor.\(problem)") }
        if let objection = request.subprocessor.uses.objection {
            return reply.refuse(objection == .unknownPurpose ? .unknownPurpose : .useNotAllowed, objection.message)
        }
        let now = process.system.clock.now
        write("set subprocessor", reply) { connection in
            try DeletionCoordinatorStore.set(request.subprocessor, now: now, connection)
        } then: { [process] change in
            switch change {
            case .made(let version):
                process.log.event("subprocessorsChanged", ("version", .int(version)))
                reply.ok(SetSubprocessor.Response(version: version))
            case .none(let version): reply.ok(SetSubprocessor.Response(version: version))
            case .full: reply.refuse(.registerFull, "the register holds \(SetSubprocessor.countMax) subprocessors, which is all it can")
            }
        }
    }

    private func listSubprocessors(_ request: ListSubprocessors, _ reply: Reply<ListSubprocessors>) {
        read(reply) { try store.subprocessors() }
    }
}

extension Subprocessor {
    /// What makes this no entry, after the member's name; nil when it is one.
    fileprivate var problem: String? {
        if name.contains(where: \.isNewline) { return "name: expected one line" }
        if !country.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) {
            return "country: expected two capital letters"
        }
        if !terms.isSafe { return "terms: expected an https address" }
        if !WebLink(rawValue: erasureChannel).isSafe && Contact(email: erasureChannel) == nil {
            return "erasureChannel: expected an https address or an e-mail address"
        }
        if uses.isEmpty { return "uses: expected at least one" }
        return Set(uses).count == uses.count ? nil : "uses: expected each once"
    }
}
