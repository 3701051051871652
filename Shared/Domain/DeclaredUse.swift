import Policy
import Wire

/// One category of data that somebody is to have, and what for: of a subprocessor, of an integration.
public struct DeclaredUse: Fields, Hashable {
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
    /// The category never serves the purpose, whoever asks or agrees.
    case never(Category, Purpose)

    /// For people.
    public var message: String {
        switch self {
        case .unknownPurpose: "expected purposes among \(Purpose.allCases.map(\.rawValue).joined(separator: ", "))"
        case .never(let category, let purpose): "\(category.rawValue) data never serves to \(purpose.rawValue)"
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
            if use.category.allowance(for: purpose) == .never { return .never(use.category, purpose) }
        }
        return nil
    }
}
