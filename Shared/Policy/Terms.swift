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

/// How long data is kept (policy §5), counted from the end that the name says.
public enum Retention: String, CaseIterable, Sendable {
    case agreement, agreementPlus90Days, agreementPlus3Years, months12, months24, days7, days30, days90
    /// Gone as soon as it was handed on.
    case untilDelivered
    /// A digest or a mark that keeps erased data from coming back: 37 days after the later of channel end and last backup expiry.
    case tombstone
}

/// What the erasure of a person does to a column's rows.
public enum ErasureEffect: String, CaseIterable, Sendable {
    case deleteRow, clearColumn
    /// Stays: no person can be found by it.
    case keep
}
