import Domain
import Runtime

/// What deletion-coordinator alone is told by its environment.
///
/// | variable | meaning | default |
/// | --- | --- | --- |
/// | `MESH_DELETION_COORDINATOR_PUBLIC_URL` | where the public finds the status pages: scheme, host, perhaps a path | the HTTP door itself |
/// | `MESH_DELETION_COORDINATOR_META_APP` | the app whose secret signs Meta's callbacks, as `channels.connect` names it | `meta` |
/// | `MESH_DELETION_COORDINATOR_ADDRESS_HEADER` | the header in which the proxy on this machine names its client's address | none |
/// | `MESH_DELETION_COORDINATOR_POLICY_VERSION` | the policy that applies to requests that come now | `2026-06-19` |
/// | `MESH_DELETION_COORDINATOR_SENDER` | the address from which people are written to about their requests | `admin@botseller.ai` |
/// | `MESH_DELETION_COORDINATOR_SPOOL` | the folder from which a mailer takes these messages | `notices` in the data folder |
public struct DeletionCoordinatorConfiguration: Sendable {
    static let appLengthMax = 64

    /// Without a slash at its end; nil: the HTTP door itself.
    public let publicURL: String?
    public let metaApp: String
    public let policyVersion: String
    public let sender: Contact
    /// nil: in the data folder.
    public let spoolFolder: String?
    /// Believed from loopback alone: anybody else could write anything into it.
    public let addressHeader: String?

    public init(_ environment: inout EnvironmentReader) {
        var url = environment.optionalURL("MESH_DELETION_COORDINATOR_PUBLIC_URL")
        while url?.last == "/" { url?.removeLast() }
        publicURL = url
        metaApp = environment.string(
            "MESH_DELETION_COORDINATOR_META_APP", default: "meta", lengthMax: DeletionCoordinatorConfiguration.appLengthMax)
        addressHeader = environment.optionalString("MESH_DELETION_COORDINATOR_ADDRESS_HEADER", lengthMax: 64)
        let address = environment.string(
            "MESH_DELETION_COORDINATOR_SENDER", default: "admin@botseller.ai", lengthMax: Contact.emailLengthMax)
        sender = Contact(email: address) ?? Contact()
        if sender == Contact() { environment.problem("MESH_DELETION_COORDINATOR_SENDER", "must be an e-mail address") }
        spoolFolder = environment.optionalPath("MESH_DELETION_COORDINATOR_SPOOL")
        policyVersion = environment.string("MESH_DELETION_COORDINATOR_POLICY_VERSION", default: "2026-06-19", lengthMax: 32)
    }
}
