import Access
import DeletionCoordinatorContracts
import Domain
import HolderContracts

/// Whose data a request wants erased, checked: what would find nobody is not taken, else the erasure would truthfully prove that nobody is
/// there.
struct WantedDeletion {
    enum Problem: Error {
        /// Which member, and what was expected.
        case malformed(String)
        /// Only by a name that may be somebody else's by now.
        case notProven
        /// No workspace has the platform by which the person is named.
        case nowhere
        case unknownChannel
    }

    let kind: Deletion.Kind
    /// One a controller: each decides for itself, and hears of no other.
    let subjects: [Subject]

    init(_ request: RequestDeletion, _ facts: AccessFacts) throws(Problem) {
        if let part = try WantedDeletion.part(request, facts) {
            guard request.subject == nil, request.contact == nil, request.member == nil else { throw WantedDeletion.notOne }
            (kind, subjects) = (part.kind, [part.subject])
            return
        }
        switch (request.subject, request.contact, request.member) {
        case (let alias?, nil, nil):
            guard request.workspace != nil || request.source == .officer else {
                throw .malformed("workspace: a customer's people ask for their own alone")
            }
            guard alias.kind != .username else { throw .notProven }
            if let problem = alias.problem { throw .malformed("subject.value: \(problem)") }
            let workspaces = request.workspace.map { [$0] } ?? facts.workspaces(on: alias.platform)
            guard !workspaces.isEmpty else { throw .nowhere }
            (kind, subjects) = (.person, workspaces.map { Subject(workspace: $0, aliases: [alias]) })
        case (nil, let contact?, nil):
            // Forms are sent to Botseller itself: no customer may erase them, nor learn whether there are any.
            guard request.workspace == nil, request.source == .officer else {
                throw .malformed("contact: forms are of no workspace, and entered by the officer")
            }
            guard let checked = contact.checked else { throw .malformed("contact.value: expected an address, or a phone in digits") }
            (kind, subjects) = (.forms, [Subject(workspace: .nobodys, contacts: [checked])])
        case (nil, nil, let member?):
            (kind, subjects) = (.member, [Subject(workspace: request.workspace ?? .nobodys, members: [member])])
        default: throw WantedDeletion.notOne
        }
    }

    private static let notOne = Problem.malformed("expected exactly one of subject, contact, member, conversation, message and channel")

    /// nil where it is about a whole person.
    private static func part(
        _ request: RequestDeletion, _ facts: AccessFacts
    ) throws(Problem) -> (kind: Deletion.Kind, subject: Subject)? {
        if request.conversation == nil, request.message == nil, request.channel == nil { return nil }
        guard let workspace = request.workspace else { throw .malformed("workspace: expected the one whose it is") }
        var subject = Subject(workspace: workspace)
        switch (request.conversation, request.message, request.channel) {
        case (let conversation?, nil, nil):
            (subject.conversations, subject.part) = ([conversation], .conversations)
            return (.conversation, subject)
        case (nil, let message?, nil):
            (subject.messages, subject.part) = ([message], .messages)
            return (.message, subject)
        case (nil, nil, let channel?):
            // By facts, which may be a minute old: what is erased by a wrong id is nothing.
            guard facts.channel(channel)?.workspace == workspace else { throw .unknownChannel }
            return (.channel, Subject(channel: channel, of: workspace))
        default: throw notOne
        }
    }
}

extension Contact {
    /// As a form would have kept it; nil when no form would.
    fileprivate var checked: Contact? {
        switch kind {
        case .email: Contact(email: value)
        case .phone: Contact(phone: "+\(value)")
        }
    }
}
