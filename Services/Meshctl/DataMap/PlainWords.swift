import DeletionCoordinatorContracts
import Policy

// The policy's terms as a person reads them, who knows neither the code nor its names.

extension Category {
    var words: String {
        switch self {
        case .account: "account details"
        case .contact: "contact data"
        case .company: "company information"
        case .support: "support messages"
        case .workspaceConfiguration: "workspace configuration"
        case .billing: "billing identifiers"
        case .usage: "usage events"
        case .technical: "technical logs"
        case .security: "security events and keyed digests"
        case .communication: "messages, their times and delivery"
        case .profile: "public messenger profiles and identifiers"
        case .insights: "account insights and media metrics"
        }
    }

    /// Whose data it is.
    var people: String {
        switch self {
        case .communication, .profile, .insights: "people who write to a customer's channels"
        case .contact, .company, .support: "visitors, and people who write to the team"
        case .account, .workspaceConfiguration, .billing, .usage: "customers and their members"
        case .technical, .security: "everyone whose data passes through"
        }
    }
}

extension Purpose {
    var words: String {
        switch self {
        case .provideService: "provide the service"
        case .respondToRequest: "respond to requests"
        case .supportCustomer: "support customers"
        case .maintainSecurity: "maintain security"
        case .improveProduct: "improve product quality"
        case .processPayment: "process payments"
        case .complyWithObligation: "comply with obligations and people's rights"
        }
    }
}

extension LegalBasis {
    var words: String {
        switch self {
        case .contract: "contract"
        case .legitimateInterest: "legitimate interest"
        case .consent: "consent"
        case .legalObligation: "legal obligation"
        case .customerInstruction: "customer's instruction"
        }
    }
}

extension Subprocessor.Transfer {
    var words: String {
        switch self {
        case .none: "within the European Economic Area"
        case .adequacyDecision: "adequacy decision (Art. 45)"
        case .standardClauses: "standard contractual clauses (Art. 46(2)(c))"
        case .bindingRules: "binding corporate rules (Art. 47)"
        case .derogation: "derogation for single cases (Art. 49)"
        }
    }
}

extension ErasureEffect {
    var words: String {
        switch self {
        case .deleteRow: "row deleted"
        case .clearColumn: "cleared"
        case .keep: "stays"
        }
    }
}
