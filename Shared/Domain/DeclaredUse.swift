import Policy
import Wire

/// One category of data that somebody is to have, and what for: of a subprocessor, of an integration.
public struct DeclaredUse: Fields, Hashable {
    /// What is the customer's: its conversations and the people in them, and how it set up its workspace. Its members are not: their
    /// accounts are Botseller's contract with them.
    public static let ofIntegrations: [Category] = [.communication, .profile, .insights, .workspaceConfiguration]
    public static let countMax = Category.allCases.count * Purpose.allCases.count

    public var category = Category.account
    /// A purpose of the policy, by its name.
    public var purpose = ""

    public init() {}
    public init(_ category: Category, for purpose: Purpose) {
        self.category = category
        self.purpose = purpose.rawValue
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("category", &category)
        fields.field("purpose", &purpose, max: 32)
    }
}

/// Why what was declared may not be.
public enum UseObjection: Equatable, Sendable {
    case unknownPurpose
    /// The category never serves the purpose, or not as a whole, whoever agrees: the table says how far.
    case notAllowed(Category, Purpose)
    /// Not the customer's data, or for more than the service that it configured.
    case notForIntegrations

    /// For people.
    public var message: String {
        switch self {
        case .unknownPurpose: return "expected purposes among \(Purpose.allCases.map(\.rawValue).joined(separator: ", "))"
        case .notAllowed(let category, let purpose):
            let serves = "serves to \(purpose.rawValue)"
            switch category.allowance(for: purpose) {
            case .never: return "\(category.rawValue) data never \(serves)"
            case .countsOnly: return "of \(category.rawValue) data only counts \(serves)"
            case .metadataOnly: return "of \(category.rawValue) data only times, sizes and outcomes \(serves)"
            case .underGrant: return "\(category.rawValue) data \(serves) only while a workspace's grant runs"
            case .always: preconditionFailure("what the table always allows is no objection")
            }
        case .notForIntegrations:
            let categories = DeclaredUse.ofIntegrations.map(\.rawValue).joined(separator: ", ")
            return "an integration has the customer's own data (\(categories)) to \(Purpose.provideService.rawValue), and nothing else"
        }
    }
}

extension [DeclaredUse] {
    public var purposes: [DeclaredPurpose] { map { DeclaredPurpose($0.purpose) } }

    /// The first reason against them; nil when the policy allows all.
    public var objection: UseObjection? {
        for use in self {
            // A never-purpose doesn't come here: the gate has turned it away.
            guard case .allowed(let purpose) = DeclaredPurpose(use.purpose) else { return .unknownPurpose }
            guard case .always = use.category.allowance(for: purpose) else { return .notAllowed(use.category, purpose) }
        }
        return nil
    }

    /// As above, where a customer's own system is to have the data: what the customer provided and nobody else's, and only to provide the
    /// service that the customer configured (policy §2, §7.1, §7.3).
    public var objectionOfIntegration: UseObjection? {
        if let objection { return objection }
        let isTheirs = allSatisfy { DeclaredUse.ofIntegrations.contains($0.category) && $0.purpose == Purpose.provideService.rawValue }
        return isTheirs ? nil : .notForIntegrations
    }
}
