import Runtime

/// What intake alone is told by its environment.
///
/// | variable | meaning | default |
/// | --- | --- | --- |
/// | `MESH_INTAKE_POLICY_VERSION` | the policy that the pages name | `2026-06-19` |
/// | `MESH_INTAKE_POLICY_URL` | where people read it: a URL or a path | `/personal-data-policy` |
/// | `MESH_INTAKE_DELETION_URL` | where people ask for deletion: a URL or a path | `/data-deletion` |
/// | `MESH_INTAKE_MARKET` | whom the pages are for: a two-letter country code or `international` | `international` |
/// | `MESH_INTAKE_ADDRESS_HEADER` | the header in which the proxy on this machine names its client's address | none |
public struct IntakeConfiguration: Sendable {
    public let policyVersion: String
    public let policyURL: String
    public let deletionURL: String
    public let market: String
    /// Believed from loopback alone: anybody else could write anything into it.
    public let addressHeader: String?

    public init(_ environment: inout EnvironmentReader) {
        policyVersion = environment.string("MESH_INTAKE_POLICY_VERSION", default: "2026-06-19", lengthMax: 32)
        policyURL = environment.optionalURL("MESH_INTAKE_POLICY_URL", orPath: true) ?? "/personal-data-policy"
        deletionURL = environment.optionalURL("MESH_INTAKE_DELETION_URL", orPath: true) ?? "/data-deletion"
        market = environment.string("MESH_INTAKE_MARKET", default: "international", lengthMax: 16)
        addressHeader = environment.optionalString("MESH_INTAKE_ADDRESS_HEADER", lengthMax: 64)
        if !IntakeConfiguration.isMarket(market) {
            environment.problem("MESH_INTAKE_MARKET", "must be two capital letters or international")
        }
    }

    static func isMarket(_ text: String) -> Bool {
        text == "international" || text.utf8.count == 2 && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }
}
