import Domain
import Wire

/// One deletion, without anything that names its person.
public struct Deletion: Fields, Equatable {
    public enum Kind: String, WireWord {
        /// One person in one workspace.
        case person
        /// Whoever wrote to Botseller itself: the forms that they sent.
        case forms
        /// One of a customer's own people, or of Botseller's: what they did.
        case member
        /// All that came by a workspace's channels, after its agreement ended.
        case workspace
        /// Whoever authorised a connection, named by a platform's callback.
        case connection
    }

    /// From whom it came; each has a proof of its own (`Proof`).
    public enum Source: String, WireWord {
        /// The workspace's own people, who decide about their messenger data.
        case customer
        /// An e-mail that the privacy officer entered.
        case officer
        /// The end of a workspace's agreement.
        case termination
        /// Meta's data deletion callback.
        case callback
        /// The public page, by somebody who only knows their chat.
        case page
    }

    /// By what it is known that whoever asks may.
    public enum Proof: String, WireWord {
        case memberToken, signedCallback, codeInChat
        /// How the privacy officer made sure.
        case officerRecord
    }

    public enum State: String, WireWord {
        case received, acknowledged
        /// Until whoever asks has proved who they are.
        case awaitingIdentity
        /// Until the workspace has decided, or its time for that is over.
        case awaitingController
        case scheduled, erasing
        /// All is erased but what a legal hold keeps, which is out of use.
        case held
        case verifying, erasedHere, completed, refused, cancelled
    }

    /// Why a request is not carried out.
    public enum Ground: String, WireWord {
        /// Nobody has proved in time to be the person.
        case identityNotProven
        /// The workspace decides about this data, and it said no; whoever asked turns to it.
        case controllerRefused
        /// A law demands that the data be kept.
        case keptByLaw
        /// Asked again and again without reason (GDPR Art. 12(5)).
        case excessive
    }

    /// Why a request may take longer (GDPR Art. 12(3)).
    public enum ExtensionGround: String, WireWord {
        case complexRequest, manyRequests
    }

    public var id = DeletionID()
    public var kind = Kind.person
    public var source = Source.customer
    public var state = State.received
    /// Absent where a callback matched nothing, and while nobody knows whose chat it is about.
    public var workspace: WorkspaceID?
    /// Absent while it is awaited.
    public var proof: Proof?
    /// Of the policy that applied when it came.
    public var policyVersion = ""
    /// Whether anything was found under the name given; absent while nobody knows.
    public var found: Bool?
    /// From here all clocks count.
    public var receivedAt = Timestamp()
    public var acknowledgedAt: Timestamp?
    /// Until when identity or the workspace's decision is awaited.
    public var decideBy: Timestamp?
    /// Not before this time, while it can still be cancelled.
    public var scheduledFor: Timestamp?
    /// The law's time limit (GDPR Art. 12(3)): 30 days, and what it was extended by.
    public var dueBy = Timestamp()
    /// Why it takes longer than 30 days; absent unless it was extended.
    public var extensionGround: ExtensionGround?
    /// When it ended, however it did.
    public var completedAt: Timestamp?
    /// The day on which the last backup ends that may still hold what was erased; absent where no backup was made of it.
    public var lastCopyExpiresAt: Timestamp?
    public var ground: Ground?
    /// Where whoever was refused may turn to.
    public var contact: String?
    /// Attempts that failed since the last step forward: a holder that is down or a reader that holds on.
    public var failedAttempts: Int64 = 0

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id)
        fields.field("kind", &kind)
        fields.field("source", &source)
        fields.field("state", &state)
        fields.field("workspace", &workspace)
        fields.field("proof", &proof)
        fields.field("policyVersion", &policyVersion, max: 32)
        fields.field("found", &found)
        fields.field("receivedAt", &receivedAt)
        fields.field("acknowledgedAt", &acknowledgedAt)
        fields.field("decideBy", &decideBy)
        fields.field("scheduledFor", &scheduledFor)
        fields.field("dueBy", &dueBy)
        fields.field("extensionGround", &extensionGround)
        fields.field("completedAt", &completedAt)
        fields.field("lastCopyExpiresAt", &lastCopyExpiresAt)
        fields.field("ground", &ground)
        fields.field("contact", &contact, min: 1, max: RefuseDeletion.contactLengthMax)
        fields.field("failedAttempts", &failedAttempts, 0...Int64.max)
    }
}

/// How far a deletion has come in one holder.
public struct DeletionLeg: Fields, Equatable {
    public enum State: String, WireWord {
        case open
        /// Its rows and their residue are gone there, with a receipt.
        case erased
        /// A legal hold keeps its rows, out of use.
        case kept
        /// It has shown that nothing is left.
        case proved
        /// Nobody had anything, so nothing was done.
        case notNeeded
    }

    public var holder = ""
    public var state = State.open
    /// When it was erased there.
    public var erasedAt: Timestamp?

    public init() {}
    public init(holder: String, state: State, erasedAt: Timestamp? = nil) {
        self.holder = holder
        self.state = state
        self.erasedAt = erasedAt
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("holder", &holder, max: 32)
        fields.field("state", &state)
        fields.field("erasedAt", &erasedAt)
    }
}
