import HTTP
import Net
import Runtime

/// What handoff-context alone is told by its environment.
///
/// | variable | meaning | default |
/// | --- | --- | --- |
/// | `MESH_HANDOFF_CONTEXT_SUMMARISERS` | language models that workspaces may plug in: the host of each and where it, or the proxy to it, listens, such as `models.example=127.0.0.1:8443`, parted by commas | none |
/// | `MESH_HANDOFF_CONTEXT_SUMMARY_MILLISECONDS` | how long a model may take for a summary | 3000 |
public struct HandoffConfiguration: Sendable {
    static let summariserCountMax = 50
    static let hostLengthMax = 100
    static let summaryMillisecondsDefault: Int64 = 3000

    /// By host. Credentials are the proxy's to add: the mesh keeps none.
    public let summarisers: [String: SocketAddress]
    public let summaryMilliseconds: Int64

    public init(_ environment: inout EnvironmentReader) {
        let name = "MESH_HANDOFF_CONTEXT_SUMMARISERS"
        let link = environment.word("MESH_LINK", default: ServiceConfiguration.Link.local)
        var summarisers: [String: SocketAddress] = [:]
        for word in environment.words(name, default: [], countMax: HandoffConfiguration.summariserCountMax) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[0].utf8.count <= HandoffConfiguration.hostLengthMax, HTTPClient.isHost(parts[0]),
                let address = EnvironmentReader.address(parts[1])
            else {
                environment.problem(name, "must be host=address:port, with a numeric address, parted by commas")
                continue
            }
            ServiceConfiguration.check(address, name, link, &environment)
            if summarisers.updateValue(address, forKey: parts[0].lowercased()) != nil { environment.problem(name, "names a host twice") }
        }
        self.summarisers = summarisers
        summaryMilliseconds = environment.integer(
            "MESH_HANDOFF_CONTEXT_SUMMARY_MILLISECONDS", default: HandoffConfiguration.summaryMillisecondsDefault, range: 100...30_000)
    }

    init(
        summarisers: [String: SocketAddress] = [:], summaryMilliseconds: Int64 = HandoffConfiguration.summaryMillisecondsDefault
    ) {
        self.summarisers = summarisers
        self.summaryMilliseconds = summaryMilliseconds
    }
}
