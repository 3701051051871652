import ConversationStoreContracts
import Domain
import Erasure
import HolderContracts
import IntakeContracts
import SQLite

extension IntakeHolding {
    /// Whoever of those that a row names has a tombstone, in the order of the tables: events that wait, pieces in quarantine, forms,
    /// members' events, and who authorised a channel. Each is looked up as the walk comes by: only who returned is remembered.
    func returned(_ digester: ErasureDigester, _ connection: Connection) throws -> [Subject] {
        var returned: Set<KnownPerson> = []
        var subjects = try Tombstones.erasedWorkspaces(Set(try store.channels(connection).map(\.workspace)), digester, connection)
        let meet = { (person: KnownPerson) in
            guard !returned.contains(person), let cutoff = try Tombstones.cutoff(digester.digests(person.name), connection) else { return }
            returned.insert(person)
            var subject = person.subject
            subject.cutoff = cutoff
            subjects.append(subject)
        }
        try store.eachPersonWaiting(connection, meet)
        try store.eachNameQuarantined(connection, meet)
        try store.eachPersonOfForms(connection, meet)
        try store.eachMemberWithEvents(connection, meet)
        try store.eachPersonWhoAuthorized(connection, meet)
        return subjects
    }

    /// Who follows our feed asks for it from its beginning.
    func beginAnew(numbersFrom: Int64, _ connection: Connection) throws { try connection.run("DELETE FROM feed_epoch") }
}

/// Somebody whom a row of intake names.
private struct KnownPerson: Hashable {
    let name: ErasedName
    let workspace: WorkspaceID

    var subject: Subject {
        switch name {
        case .person(let workspace, let account, let alias):
            var subject = Subject(workspace: workspace, aliases: [alias])
            subject.accounts = [account]
            return subject
        case .contact(let contact): return Subject(workspace: workspace, contacts: [contact])
        case .member(let workspace, let member): return Subject(workspace: workspace, members: [member])
        case .authorization(let authorization): return Subject(workspace: workspace, authorization: authorization)
        case .participant, .message, .workspace, .objection, .held: preconditionFailure("a person is none of these in intake's rows")
        }
    }
}

extension IntakeStore {
    fileprivate func eachPersonWaiting(_ connection: Connection, _ meet: (KnownPerson) throws -> Void) throws {
        let channels = Dictionary(uniqueKeysWithValues: try channels(connection).map { ($0.id.rawValue, $0) })
        try connection.each(
            """
            SELECT channel, event ->> '$.participant.igsid', event ->> '$.participant.bsuid', event ->> '$.participant.phone',
                event ->> '$.details.previous.bsuid', event ->> '$.details.previous.phone' FROM outbox
            """
        ) { row in
            guard let channel = channels[row.text(0)] else { return }
            let participant = ParticipantIdentity(igsid: row.optionalText(1), bsuid: row.optionalText(2), phone: row.optionalText(3))
            let previous = ParticipantIdentity(bsuid: row.optionalText(4), phone: row.optionalText(5))
            let platform = channel.account.platform
            for alias in participant.identifyingAliases(on: platform) + previous.identifyingAliases(on: platform) {
                try meet(KnownPerson(name: .person(channel.workspace, channel.account, alias), workspace: channel.workspace))
            }
        }
    }

    /// Whatever in a piece may be a name is taken for one of each kind, on each account to which the piece may belong.
    fileprivate func eachNameQuarantined(_ connection: Connection, _ meet: (KnownPerson) throws -> Void) throws {
        let channels = try channels(connection)
        try connection.each("SELECT platform, channel, raw FROM quarantine") { row in
            guard let platform = Platform(rawValue: row.text(0)) else { return }
            let own = row.optionalText(1)
            let homes = channels.filter { $0.account.platform == platform && (own == nil || own == $0.id.rawValue) }
            for name in Set(MentionedNames(in: row.blob(2)).map { String(decoding: $0, as: UTF8.self) }) {
                for channel in homes {
                    let kinds: [Alias.Kind] = platform == .instagram ? [.igsid] : [.bsuid, .phone]
                    for kind in kinds {
                        let alias = Alias(platform, kind, name)
                        try meet(KnownPerson(name: .person(channel.workspace, channel.account, alias), workspace: channel.workspace))
                    }
                }
            }
        }
    }

    fileprivate func eachPersonOfForms(_ connection: Connection, _ meet: (KnownPerson) throws -> Void) throws {
        try connection.each("SELECT email, phone FROM forms") { row in
            let contacts = [Contact(email: row.text(0)), row.optionalText(1).flatMap(Contact.init(phone:))]
            for contact in contacts.compactMap({ $0 }) { try meet(KnownPerson(name: .contact(contact), workspace: WorkspaceID())) }
        }
    }

    fileprivate func eachMemberWithEvents(_ connection: Connection, _ meet: (KnownPerson) throws -> Void) throws {
        for category in EventCount.Category.allCases {
            try connection.each("SELECT DISTINCT member, workspace FROM \(category.table) WHERE member IS NOT NULL") { row in
                let workspace = WorkspaceID(rawValue: row.text(1))
                try meet(KnownPerson(name: .member(workspace, MemberID(rawValue: row.text(0))), workspace: workspace))
            }
        }
    }

    fileprivate func eachPersonWhoAuthorized(_ connection: Connection, _ meet: (KnownPerson) throws -> Void) throws {
        try connection.each("SELECT app, user, workspace FROM channel_authorizations JOIN channels ON channels.id = channel") { row in
            let authorization = Authorization(app: row.text(0), user: row.text(1))
            try meet(KnownPerson(name: .authorization(authorization), workspace: WorkspaceID(rawValue: row.text(2))))
        }
    }
}
