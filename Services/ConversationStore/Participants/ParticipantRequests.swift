import ConversationStoreContracts
import Domain
import Policy
import Runtime
import Wire

/// What a customer's people read and say of a person beside the conversations.
extension ConversationStore {
    func readParticipant(_ request: ReadParticipant, _ reply: Reply<ReadParticipant>) {
        do {
            guard let response = try database.read("read participant", { try store.read(request, $0) }) else {
                return reply.refuse(.unknownParticipant, ConversationStore.unknownParticipant)
            }
            reply.ok(hidesContacts(reply.caller, request.workspace) ? ContactMask.masked(response) : response)
        } catch {
            fail(error, reply)
        }
    }

    func link(_ request: LinkParticipants, _ reply: Reply<LinkParticipants>) {
        if request.participant == request.other { return reply.refuse(.sameParticipant, "a participant is itself already") }
        guard !request.evidence.kind.proves || mayProve(reply.caller) else {
            return reply.refuse(.proofNotAllowed, ConversationStore.proofNotAllowed)
        }
        let (member, now) = (reply.caller.actor.map { MemberID(rawValue: $0.member) }, store.clock.now)
        write("link participants", reply) { [store] connection in
            try store.link(request, by: member, at: now, connection)
        } then: { refusal in
            switch refusal {
            case nil: reply.ok(Empty())
            case .tooManyLinks: reply.refuse(.tooManyLinks, "a participant has \(LinkParticipants.countMax) links at most")
            case let refusal?: reply.refuse(refusal, ConversationStore.unknownParticipant)
            }
        }
    }

    func unlink(_ request: UnlinkParticipants, _ reply: Reply<UnlinkParticipants>) {
        let mayProve = mayProve(reply.caller)
        write("unlink participants", reply) { [store] connection in
            try store.unlink(request, mayProve: mayProve, connection)
        } then: { refusal in
            switch refusal {
            case nil: reply.ok(Empty())
            case .proofNotAllowed: reply.refuse(.proofNotAllowed, ConversationStore.proofNotAllowed)
            case .unknownLink: reply.refuse(.unknownLink, "the workspace has no link between these two")
            }
        }
    }

    func setFields(_ request: SetParticipantFields, _ reply: Reply<SetParticipantFields>) {
        let names = Set(request.fields.map(\.name))
        guard names.count == request.fields.count, request.fields.allSatisfy({ $0.valueCount <= 1 }) else {
            return reply.refuse(.twoValues, "a field has one value of one type, and stands once")
        }
        let now = store.clock.now
        write("set fields", reply) { [store] connection in
            try store.set(request, at: now, connection)
        } then: { refusal in
            switch refusal {
            case nil: reply.ok(Empty())
            case .tooManyFields: reply.refuse(.tooManyFields, "a participant has \(SetParticipantFields.countMax) fields at most")
            case let refusal?: reply.refuse(refusal, ConversationStore.unknownParticipant)
            }
        }
    }

    func restrict(_ request: RestrictParticipant, _ reply: Reply<RestrictParticipant>) {
        let now = store.clock.now
        write("restrict participant", reply) { [store] connection in
            try store.restrict(request, at: now, connection)
        } then: { response in
            guard let response else { return reply.refuse(.unknownParticipant, ConversationStore.unknownParticipant) }
            reply.ok(response)
        }
    }

    func object(_ request: RecordObjection, _ reply: Reply<RecordObjection>) {
        // A time to come would outdo every later word.
        guard request.at <= store.clock.now else { return reply.fault(.malformed, "at: lies in the future") }
        write("record objection", reply) { [store] connection in
            try store.record(request, connection)
        } then: { response in
            guard let response else { return reply.refuse(.unknownParticipant, ConversationStore.unknownParticipant) }
            reply.ok(response)
        }
    }

    private static let unknownParticipant = "the workspace has no such participant"
    private static let proofNotAllowed = "what proves that two are one, an owner or admin says"

    /// An erasure follows what is proved: who says so answers for it.
    private func mayProve(_ caller: Caller) -> Bool { caller.actor?.role == .owner || caller.actor?.role == .admin }
}
