import Domain
import IntakeContracts

/// Whose consent it is, in one spelling.
enum ConsentParty: Hashable, Sendable {
    /// Left an e-mail address in a form of Botseller's own.
    case visitor(Contact)
    case member(WorkspaceID, MemberID)
    case participant(WorkspaceID, ChannelID, Alias)

    /// nil when a request names nobody, more than one, or somebody whom its workspace can't know.
    init?(_ person: ConsentingPerson, in workspace: WorkspaceID?) {
        switch (workspace, person.email, person.member, person.channel, person.participant) {
        case (nil, let email?, nil, nil, nil):
            guard let contact = Contact(email: email) else { return nil }
            self = .visitor(contact)
        case (let workspace?, nil, let member?, nil, nil):
            self = .member(workspace, member)
        case (let workspace?, nil, nil, let channel?, let alias?):
            guard let alias = alias.asKept else { return nil }
            self = .participant(workspace, channel, alias)
        default: return nil
        }
    }

    /// What its digest is of: equal for all spellings of one person, different for any other.
    var text: String {
        switch self {
        case .visitor(let contact): "visitor\n\(contact.kind.rawValue)\n\(contact.folded)"
        case .member(let workspace, let member): "member\n\(workspace.rawValue)\n\(member.rawValue)"
        case .participant(let workspace, let channel, let alias):
            "participant\n\(workspace.rawValue)\n\(channel.rawValue)\n\(alias.kind.rawValue)\n\(alias.value)"
        }
    }
}

extension Alias {
    /// As intake keeps a name that is a person's alone; nil for any other.
    fileprivate var asKept: Alias? {
        switch (kind, platform) {
        case (.igsid, .instagram), (.bsuid, .whatsapp): value.isEmpty ? nil : self
        case (.phone, .whatsapp): value.phoneDigits.map { Alias(platform, kind, $0) }
        case (.username, _), (.igsid, .whatsapp), (.bsuid, .instagram), (.phone, .instagram): nil
        }
    }
}
