/// How far a category of data may serve a purpose, and on which bases.
public enum Allowance: Equatable, Sendable {
    case never
    case always(on: [LegalBasis])
    /// Numbers over many; nothing that belongs to one person.
    case countsOnly(on: [LegalBasis])
    /// Times, sizes, outcomes, counts; neither what was said nor by whom.
    case metadataOnly(on: [LegalBasis])
    /// While a grant by the workspace runs.
    case underGrant(on: [LegalBasis])

    /// Those that the use may rest on; none where it is forbidden.
    public var bases: [LegalBasis] {
        switch self {
        case .never: []
        case .always(let bases), .countsOnly(let bases), .metadataOnly(let bases), .underGrant(let bases): bases
        }
    }
}

extension Category {
    /// What this category may serve (policy §3, §4, §7.3). Every pair is written out, so that a new category or purpose has to be decided.
    public func allowance(for purpose: Purpose) -> Allowance {
        switch self {
        case .communication, .profile, .insights: Category.messengerData(purpose)
        case .contact, .company, .support: Category.talksWithTheTeam(purpose)
        case .account, .workspaceConfiguration: Category.customerAccount(purpose)
        case .billing: Category.billing(purpose)
        case .usage: Category.usage(purpose)
        case .technical, .security: Category.operation(purpose)
        }
    }

    /// The customer's: Botseller processes it on instruction and for nothing of its own.
    private static func messengerData(_ purpose: Purpose) -> Allowance {
        switch purpose {
        case .provideService: .always(on: [.customerInstruction])
        case .supportCustomer: .underGrant(on: [.customerInstruction])
        case .maintainSecurity: .metadataOnly(on: [.legitimateInterest])
        case .complyWithObligation: .always(on: [.legalObligation])
        case .respondToRequest, .improveProduct, .processPayment: .never
        }
    }

    /// What people send through forms and tell the team.
    private static func talksWithTheTeam(_ purpose: Purpose) -> Allowance {
        switch purpose {
        case .respondToRequest: .always(on: [.contract, .legitimateInterest, .consent])
        case .supportCustomer: .always(on: [.contract, .legitimateInterest])
        case .complyWithObligation: .always(on: [.legalObligation])
        case .provideService, .maintainSecurity, .improveProduct, .processPayment: .never
        }
    }

    private static func customerAccount(_ purpose: Purpose) -> Allowance {
        switch purpose {
        case .provideService, .supportCustomer: .always(on: [.contract])
        case .maintainSecurity: .always(on: [.legitimateInterest])
        case .complyWithObligation: .always(on: [.legalObligation])
        case .respondToRequest, .improveProduct, .processPayment: .never
        }
    }

    private static func billing(_ purpose: Purpose) -> Allowance {
        switch purpose {
        case .processPayment: .always(on: [.contract])
        case .complyWithObligation: .always(on: [.legalObligation])
        case .provideService, .respondToRequest, .supportCustomer, .maintainSecurity, .improveProduct: .never
        }
    }

    private static func usage(_ purpose: Purpose) -> Allowance {
        switch purpose {
        case .provideService: .always(on: [.contract])
        case .maintainSecurity: .always(on: [.legitimateInterest])
        case .improveProduct: .countsOnly(on: [.legitimateInterest, .consent])
        case .complyWithObligation: .always(on: [.legalObligation])
        case .respondToRequest, .supportCustomer, .processPayment: .never
        }
    }

    /// Logs, keys and events by which the mesh is kept safe.
    private static func operation(_ purpose: Purpose) -> Allowance {
        switch purpose {
        case .maintainSecurity: .always(on: [.legitimateInterest])
        case .complyWithObligation: .always(on: [.legalObligation])
        case .improveProduct: .countsOnly(on: [.legitimateInterest, .consent])
        case .provideService, .respondToRequest, .supportCustomer, .processPayment: .never
        }
    }
}
