import Policy

/// A term that Fides' default taxonomy lacks, declared in the manifest itself.
struct FidesExtension {
    let key: String
    let name: String
    let description: String

    /// As Fides demands it: the key without its last part.
    var parent: String? { key.lastIndex(of: ".").map { String(key[..<$0]) } }
}

/// The policy's terms in Fides' default taxonomy.
/// Source: ethyca.github.io/fideslang, versions 3.
enum FidesTaxonomy {
    static func key(of category: Category) -> String {
        switch category {
        case .account: "user.account"
        case .contact: "user.contact"
        case .company: "user.contact.organization"
        case .support: "user.content"
        case .workspaceConfiguration: workspaceConfiguration.key
        case .billing: "user.payment"
        case .usage: "user.behavior"
        case .technical: "user.device"
        case .security: "system.operations"
        case .communication: "user.content.private"
        case .profile: messengerProfile.key
        case .insights: channelInsights.key
        }
    }

    static func key(of purpose: Purpose) -> String {
        switch purpose {
        case .provideService: "essential.service"
        case .respondToRequest: inquiries.key
        case .supportCustomer: "essential.service.operations.support"
        case .maintainSecurity: "essential.service.security"
        case .improveProduct: "functional.service.improve"
        case .processPayment: "essential.service.payment_processing"
        case .complyWithObligation: "essential.legal_obligation"
        }
    }

    static func subjects(of category: Category) -> [String] {
        switch category {
        case .communication, .profile, .insights: [participant.key]
        case .contact, .company, .support: ["prospect", "visitor"]
        case .account, .workspaceConfiguration, .billing, .usage: ["customer"]
        case .technical, .security: ["customer", "visitor", participant.key]
        }
    }

    /// nil for what a processor does: the basis is its controller's.
    static func basis(_ basis: LegalBasis) -> String? {
        switch basis {
        case .contract: "Contract"
        case .legitimateInterest: "Legitimate interests"
        case .consent: "Consent"
        case .legalObligation: "Legal obligations"
        case .customerInstruction: nil
        }
    }

    // MARK: Extensions

    static let categories = [workspaceConfiguration, messengerProfile, channelInsights]
    static let uses = [inquiries]
    static let subjects = [participant]

    private static let workspaceConfiguration = FidesExtension(
        key: "system.workspace_configuration", name: "Workspace Configuration",
        description: "How a customer set up assistants, prompts, channels, rules and integrations.")
    private static let messengerProfile = FidesExtension(
        key: "user.social.messenger_profile", name: "Messenger Profile",
        description: "Identifiers and the public profile that a messenger gives of a person who writes to a channel.")
    private static let channelInsights = FidesExtension(
        key: "user.social.channel_insights", name: "Channel Insights",
        description: "Insights of a customer's own messenger account and metrics of its media.")
    private static let inquiries = FidesExtension(
        key: "essential.service.operations.inquiries", name: "Inquiries", description: "Answering what people ask through forms or e-mail.")
    private static let participant = FidesExtension(
        key: "conversation_participant", name: "Conversation Participant",
        description: "A person who writes to a channel that a customer connected.")
}
