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
    }

    let kind: Deletion.Kind
    /// One a controller: each decides for itself, and hears of no other.
    let subjects: [Subject]

    init(_ request: RequestDeletion, _ facts: AccessFacts) throws(Problem) {
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
        default: throw .malformed("expected exactly one of subject, contact and member")
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
