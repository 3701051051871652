import Domain
import HolderContracts

extension Subject {
    /// What is to be kept out from now on: the person on every account where they may be met, by every name that is theirs alone.
    ///
    /// A username is left out: it may pass to somebody else, and keeping them out would erase the wrong person.
    public var erasedNames: [ErasedName] {
        var names: [ErasedName] = []
        for alias in aliases where alias.kind != .username {
            for account in accounts where account.platform == alias.platform { names.append(.person(workspace, account, alias)) }
        }
        names += participants.map(ErasedName.participant)
        names += contacts.map(ErasedName.contact)
        names += members.map { .member(workspace, $0) }
        if isWhole == true { names.append(.workspace(workspace)) }
        if let authorization { names.append(.authorization(authorization)) }
        return names
    }
}
