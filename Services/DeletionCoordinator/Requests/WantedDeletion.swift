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
    }

    let kind: Deletion.Kind
    let subject: Subject

    init(_ request: RequestDeletion) throws(Problem) {
        switch (request.subject, request.contact, request.member) {
        case (let alias?, nil, nil):
            guard let workspace = request.workspace else { throw .malformed("workspace: a person is erased in one workspace") }
            guard alias.kind != .username else { throw .notProven }
            if let problem = alias.problem { throw .malformed("subject.value: \(problem)") }
            (kind, subject) = (.person, Subject(workspace: workspace, aliases: [alias]))
        case (nil, let contact?, nil):
            // Forms are sent to Botseller itself: no customer may erase them, nor learn whether there are any.
            guard request.workspace == nil, request.source == .officer else {
                throw .malformed("contact: forms are of no workspace, and entered by the officer")
            }
            guard let checked = contact.checked else { throw .malformed("contact.value: expected an address, or a phone in digits") }
            (kind, subject) = (.forms, Subject(workspace: .nobodys, contacts: [checked]))
        case (nil, nil, let member?): (kind, subject) = (.member, Subject(workspace: request.workspace ?? .nobodys, members: [member]))
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
