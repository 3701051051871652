import Domain
import Policy
import Wire

/// One fact that decides who may do what: it says how things stand from then on.
public struct AccessFact: Fields, Equatable {
    public enum Kind: String, WireWord {
        case workspaceOpened, workspaceInstructed, workspaceTerminated, channelConnected, channelFeatures, channelEnded, memberSet,
            memberRemoved, peerAdded, peerRemoved, integrationConnected, integrationEnded
    }

    public var kind = Kind.workspaceOpened
    /// Absent for Botseller's own people, and for programs that speak for any workspace.
    public var workspace: WorkspaceID?
    public var channel: ChannelID?
    public var account: Account?
    /// All that are on.
    public var features: [ChannelFeature]?
    public var instructions: Instructions?
    public var member: MemberRights?
    public var peer: PeerRegistration?
    public var integration: IntegrationFact?
    public var at = Timestamp()

    public init() {}

    public init(
        _ kind: Kind, _ workspace: WorkspaceID?, channel: ChannelID? = nil, account: Account? = nil, features: [ChannelFeature]? = nil,
        instructions: Instructions? = nil, member: MemberRights? = nil, peer: PeerRegistration? = nil,
        integration: IntegrationFact? = nil, at: Timestamp
    ) {
        self.kind = kind
        self.workspace = workspace
        self.channel = channel
        self.account = account
        self.features = features
        self.instructions = instructions
        self.member = member
        self.peer = peer
        self.integration = integration
        self.at = at
    }

    /// What the fact is about: with it, every earlier fact about the same has no say any more.
    public var subject: String {
        switch kind {
        case .workspaceOpened, .workspaceInstructed: "workspace \(workspace?.rawValue ?? "")"
        case .workspaceTerminated: "termination \(workspace?.rawValue ?? "")"
        case .channelConnected, .channelEnded: "channel \(channel?.rawValue ?? "")"
        case .channelFeatures: "features \(channel?.rawValue ?? "")"
        case .memberSet, .memberRemoved: "member \(member?.member.rawValue ?? "")"
        case .peerAdded, .peerRemoved: "program \(peer?.name ?? "")"
        case .integrationConnected, .integrationEnded: "integration \(integration?.integration.rawValue ?? "")"
        }
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("account", &account)
        fields.field("features", &features, max: ChannelFeature.countMax)
        fields.field("instructions", &instructions)
        fields.field("member", &member)
        fields.field("peer", &peer)
        fields.field("integration", &integration)
        fields.field("at", &at)
    }
}

/// What a customer, as the controller, wants done with its people's data.
public struct Instructions: Fields, Hashable {
    /// When one of its people asks for deletion.
    public var onDeletion = DeletionInstruction.erase
    /// Whether its counts may serve to improve the product.
    public var improvesProduct = true
    /// Whether agents see phones, e-mail addresses and names, or masks.
    public var agentsSeeContacts = true
    /// Whether an assistant sees phones, e-mail addresses and card numbers in what people wrote, or masks.
    public var assistantSeesIdentifiers = false
    /// Until then Botseller's support may look at conversations; each look is a disclosure.
    public var supportUntil: Timestamp?

    public init() {}
    public init(onDeletion: DeletionInstruction) { self.onDeletion = onDeletion }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("onDeletion", &onDeletion)
        fields.field("improvesProduct", &improvesProduct)
        fields.field("agentsSeeContacts", &agentsSeeContacts)
        fields.field("assistantSeesIdentifiers", &assistantSeesIdentifiers)
        fields.field("supportUntil", &supportUntil)
    }
}

/// What a member may act as; tokens of an earlier generation are worth nothing.
public struct MemberRights: Fields, Hashable {
    public var member = MemberID()
    public var role = Role.agent
    public var generation: Int64 = 0

    public init() {}
    public init(_ member: MemberID, _ role: Role, generation: Int64) {
        self.member = member
        self.role = role
        self.generation = generation
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("member", &member)
        fields.field("role", &role)
        fields.field("generation", &generation, 0...Int64.max)
    }
}

/// A system that a customer connected.
public struct IntegrationFact: Fields, Hashable {
    public var integration = IntegrationID()
    public var kind = IntegrationKind.crm

    public init() {}
    public init(_ integration: IntegrationID, _ kind: IntegrationKind) {
        self.integration = integration
        self.kind = kind
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("integration", &integration)
        fields.field("kind", &kind)
    }
}

/// A program that is not the mesh's own.
public struct PeerRegistration: Fields, Hashable {
    public var name = ""
    public var kind = Peer.gateway

    public init() {}
    public init(_ name: String, _ kind: Peer) {
        self.name = name
        self.kind = kind
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("name", &name, max: 32)
        fields.field("kind", &kind)
    }
}
