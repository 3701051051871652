import Domain

/// A person as a command line names them: workspace, platform, and one of the platform's ids.
struct PersonArguments {
    let workspace: WorkspaceID
    let alias: Alias

    init(_ arguments: Arguments) throws {
        workspace = WorkspaceID(rawValue: try arguments.required("--workspace", "the workspace's id"))
        let name = try arguments.required("--platform", "instagram or whatsapp")
        guard let platform = Platform(rawValue: name) else { throw UsageError("--platform takes instagram or whatsapp") }
        let named: [(Alias.Kind, String)] = [(.igsid, "--igsid"), (.phone, "--phone"), (.bsuid, "--bsuid")]
        let given = named.compactMap { kind, option in arguments.option(option).map { (kind, $0) } }
        guard given.count == 1 else { throw UsageError("name the person by exactly one of --igsid, --phone, --bsuid") }
        alias = Alias(platform, given[0].0, given[0].1)
    }
}
