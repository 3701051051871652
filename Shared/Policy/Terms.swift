/// What personal data is about (policy §2, §7). Every column that holds some names one of these.
public enum Category: String, CaseIterable, Sendable {
    case account, contact, company, support, workspaceConfiguration, billing, usage, technical, security, communication, profile, insights
}

/// What data may be used for (policy §3). One request has one purpose.
public enum Purpose: String, CaseIterable, Sendable {
    case provideService, respondToRequest, supportCustomer, maintainSecurity, improveProduct, processPayment
    /// Law, and people's rights.
    case complyWithObligation
}

/// The ground on which data is processed (policy §4).
public enum LegalBasis: String, CaseIterable, Sendable {
    case contract, legitimateInterest, consent, legalObligation
    /// Botseller as the processor of its customer.
    case customerInstruction
}

/// What the erasure of a person does to a column's rows.
public enum ErasureEffect: String, CaseIterable, Sendable {
    case deleteRow, clearColumn
    /// Stays: no person can be found by it.
    case keep
}
