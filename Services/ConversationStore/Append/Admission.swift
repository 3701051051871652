import ConversationStoreContracts
import Domain

/// The rule by which erased people and messages stay out (DESIGN §6), as a value.
struct Admission {
    /// The message itself was erased.
    let messageIsErased: Bool
    /// The latest cut-off of any of the person's names; nil when nobody erased them.
    let personCutoff: Timestamp?

    /// - Parameter isKnown: whether the person has rows here, which after an erasure means: has written anew. Asked only if it matters.
    func keepsOut(_ event: ChannelEvent, isKnown: () throws -> Bool) rethrows -> Bool {
        if messageIsErased { return true }
        guard let personCutoff else { return false }
        if event.happenedAt <= personCutoff { return true }
        switch event.kind {
        case .message: return false
        // Only a new message of the person begins a new relationship.
        case .echo, .reply, .status, .other: return try !isKnown()
        }
    }
}
