import ConversationStoreContracts
import DeletionCoordinatorContracts
import Digest
import Domain
import IntakeContracts
import MeshContracts
import Policy
import Runtime
import TestKit
import Wire

/// A customer of a real mesh: a workspace with an Instagram and a WhatsApp channel, and what tests do with it.
struct Shop: Sendable {
    let mesh: TestMesh
    let workspace: WorkspaceID
    let owner: MemberID
    let channels: [Platform: ChannelID]
    let accounts: [Platform: Account]
    private let secrets: [Platform: [UInt8]]

    /// - Parameters:
    ///   - number: of the shop, where a mesh has several.
    ///   - authorization: who authorised the app for the Instagram channel.
    init(_ mesh: TestMesh, _ number: Int = 1, authorization: ChannelAuthorization? = nil) throws {
        self.mesh = mesh
        accounts = Dictionary(uniqueKeysWithValues: Platform.allCases.map { ($0, Deliveries.accounts($0, of: number)) })
        let opening = OpenWorkspace(
            key: RequestKey("open-\(number)"), name: "Lamp Shop \(number) (invented)", market: .international, policyVersion: "2026-06-19",
            agreementVersion: "2026-01", onDeletion: .erase)
        workspace = try mesh.call(.intake, opening).workspace
        let joining = AddMember(key: RequestKey("owner-\(number)"), workspace: workspace, role: Role.owner.rawValue)
        owner = try mesh.call(.intake, joining).member
        mesh.act(as: owner, of: workspace)
        var channels: [Platform: ChannelID] = [:]
        for platform in Platform.allCases {
            let attestation = Attestation(
                member: "member-1", textVersion: "2026-01", attestedAt: SystemClock().now, rights: true, notices: true, consents: true)
            let connection = ConnectChannel(
                key: RequestKey("connect-\(number)-\(platform.rawValue)"), workspace: workspace,
                account: Deliveries.accounts(platform, of: number),
                attestation: attestation, authorization: platform == .instagram ? authorization : nil)
            channels[platform] = try mesh.call(.intake, connection).channel
        }
        self.channels = channels
        secrets = [
            .instagram: try mesh.keys.secret(named: KeyName.instagramAppSecret),
            .whatsapp: try mesh.keys.secret(named: KeyName.whatsappAppSecret)
        ]
    }

    var now: Timestamp { SystemClock().now }

    // MARK: Letters

    static func path(_ platform: Platform) -> String { "/webhooks/\(platform.rawValue)" }

    func secret(_ platform: Platform) -> [UInt8] { secrets[platform] ?? [] }

    /// Posts letters of one platform, signed; returns the HTTP status. Throws when no answer came: their fate is unknown.
    func deliver(_ letters: [Letter], through door: WebhookClient) throws -> Int {
        let platform = letters[0].person.platform
        return try door.post(Shop.path(platform), Deliveries.body(letters, to: accounts[platform]), secret: secret(platform)).status
    }

    func deliver(_ letters: Letter...) throws -> Int { try deliver(letters, through: mesh.webhooks()) }

    func metric(_ name: String, of service: Peer = .intake) throws -> Int64 { try mesh.call(service, ReadMetrics()).values[name] ?? 0 }

    /// Waits until intake has handed everything on.
    func settle() throws -> Bool { try mesh.eventually { try metric("outbox.rows") == 0 } }

    // MARK: Deletion

    /// Asks the coordinator to erase a person at once; waits until it knows the workspace.
    func erase(_ person: Person, key: String = "erase") throws -> RequestDeletion.Response {
        var response: RequestDeletion.Response?
        _ = try mesh.eventually {
            do { response = try mesh.call(.deletionCoordinator, deletion(of: person, key: key)) } catch let error as NotAnswered {
                // The coordinator hears of workspace and owner from intake.
                let waits = [RequestDeletion.Refusal.unknownWorkspace.rawValue, Fault.Code.forbidden.rawValue]
                guard waits.contains(error.code) else { throw error }
            }
            return response != nil
        }
        guard let response else { throw NeverKnown() }
        return response
    }

    /// The coordinator never heard of the workspace.
    struct NeverKnown: Error {}

    func deletion(of person: Person, key: String) -> RequestDeletion {
        RequestDeletion(key: RequestKey(key), workspace: workspace, subject: person.alias, source: .customer, immediately: true)
    }

    func state(of deletion: DeletionID) throws -> ReadDeletion.Response {
        try mesh.call(.deletionCoordinator, ReadDeletion(deletion: deletion))
    }

    func isCompleted(_ deletion: DeletionID) throws -> Bool { try state(of: deletion).deletion.state == .completed }
}
