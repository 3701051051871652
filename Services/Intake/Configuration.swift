import Domain
import Runtime
import Wire

/// What intake alone is told by its environment.
///
/// | variable | meaning | default |
/// | --- | --- | --- |
/// | `MESH_INTAKE_POLICY_VERSION` | the policy that the pages name | `2026-06-19` |
/// | `MESH_INTAKE_POLICY_URL` | where people read it: a URL or a path | `/personal-data-policy` |
/// | `MESH_INTAKE_AGREEMENT_VERSION` | the terms of use that the pages name | `2026-01` |
/// | `MESH_INTAKE_TERMS_URL` | where people read them: a URL or a path | `/terms-of-use` |
/// | `MESH_INTAKE_DELETION_URL` | where people ask for deletion: a URL or a path | `/data-deletion` |
/// | `MESH_INTAKE_MARKET` | whom the pages are for: a two-letter country code or `international` | `international` |
/// | `MESH_INTAKE_ADDRESS_HEADER` | the header in which the proxy on this machine names its client's address | none |
/// | `MESH_INTAKE_EVENTS_PER_SECOND` | events that all channels together may bring; beyond: 429 | 100000 |
/// | `MESH_INTAKE_CHANNEL_EVENTS_PER_SECOND` | events that one channel may bring; beyond: 429 | 20000 |
/// | `MESH_INTAKE_OUTBOX_ROWS_MAX` | events that may wait for conversation-store; beyond: 503 | 1000000 |
/// | `MESH_INTAKE_DELIVERY_BYTES_MAX` | bytes of all bodies that wait for their commit; beyond: 503 | 25165824 |
public struct IntakeConfiguration: Sendable {
    public let policyVersion: String
    public let policyURL: String
    public let agreementVersion: String
    public let termsURL: String
    public let deletionURL: String
    public let market: Market
    /// Believed from loopback alone: anybody else could write anything into it.
    public let addressHeader: String?
    public let eventsPerSecond, channelEventsPerSecond, outboxRowsMax, deliveryBytesMax: Int64

    public init(_ environment: inout EnvironmentReader) {
        policyVersion = IntakeConfiguration.version(&environment, "MESH_INTAKE_POLICY_VERSION", default: "2026-06-19")
        policyURL = environment.optionalURL("MESH_INTAKE_POLICY_URL", orPath: true) ?? "/personal-data-policy"
        agreementVersion = IntakeConfiguration.version(&environment, "MESH_INTAKE_AGREEMENT_VERSION", default: "2026-01")
        termsURL = environment.optionalURL("MESH_INTAKE_TERMS_URL", orPath: true) ?? "/terms-of-use"
        deletionURL = environment.optionalURL("MESH_INTAKE_DELETION_URL", orPath: true) ?? "/data-deletion"
        let stated = environment.string("MESH_INTAKE_MARKET", default: Market.international.word, lengthMax: 16)
        market = Market(stated) ?? .international
        addressHeader = environment.optionalString("MESH_INTAKE_ADDRESS_HEADER", lengthMax: 64)
        eventsPerSecond = environment.integer("MESH_INTAKE_EVENTS_PER_SECOND", default: 100_000, range: 1...1_000_000)
        channelEventsPerSecond = environment.integer("MESH_INTAKE_CHANNEL_EVENTS_PER_SECOND", default: 20_000, range: 1...1_000_000)
        outboxRowsMax = environment.integer("MESH_INTAKE_OUTBOX_ROWS_MAX", default: 1_000_000, range: 1...1_000_000_000)
        deliveryBytesMax = environment.integer("MESH_INTAKE_DELIVERY_BYTES_MAX", default: 24 << 20, range: 1...(1 << 30))
        if Market(stated) == nil { environment.problem("MESH_INTAKE_MARKET", "must be \(Market.rule)") }
    }

    /// Such as a request takes.
    private static func version(_ environment: inout EnvironmentReader, _ name: String, default standard: String) -> String {
        let version = environment.string(name, default: standard, lengthMax: 32)
        if !Alphabet.name.allows(version) { environment.problem(name, "must consist of letters, digits and ._:-") }
        return version
    }
}
