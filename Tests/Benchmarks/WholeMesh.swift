import ConversationStoreContracts
import Domain
import IntakeContracts
import Net
import Policy
import Runtime
import Wire

/// All four real services on a data folder of their own, with one customer whose WhatsApp numbers are connected.
final class WholeMesh {
    /// As many numbers as let a load pass below the limit of one channel.
    static let numbers = (0..<8).map { "10654035224\(2_000 + $0)" }

    let intake: MeshProcess
    private let store, handoff, coordinator: MeshProcess
    private let dataFolder: String

    init(_ dataFolder: String) throws {
        self.dataFolder = dataFolder
        intake = try MeshProcess(.intake, dataFolder: dataFolder)
        store = try MeshProcess(.conversationStore, dataFolder: dataFolder)
        handoff = try MeshProcess(.handoffContext, dataFolder: dataFolder)
        coordinator = try MeshProcess(.deletionCoordinator, dataFolder: dataFolder)
        try connect()
    }

    private func connect() throws {
        let client = try intake.client(as: .operator)
        defer { client.close() }
        let opening = OpenWorkspace(
            key: RequestKey("open"), name: "Lamp Shop (invented)", market: .international, policyVersion: "2026-06-19",
            agreementVersion: "2026-01", onDeletion: .erase)
        let workspace = try client.answer(opening).workspace
        for number in WholeMesh.numbers {
            let attestation = Attestation(
                member: "member-1", textVersion: "2026-01", attestedAt: System.real().clock.now, rights: true, notices: true,
                consents: true)
            let connection = ConnectChannel(
                key: RequestKey("connect-\(number)"), workspace: workspace, account: Account(.whatsapp, number),
                attestation: attestation, business: SignedDeliveries.business)
            _ = try client.answer(connection)
        }
    }

    /// By which the platform signs.
    func secret() throws -> [UInt8] { try KeyFolder(dataFolder: dataFolder).secret(named: KeyName.whatsappAppSecret) }

    /// Waits until intake has handed everything on.
    func settle() throws {
        try intake.wait { $0["outbox.rows"] == 0 }
    }

    /// How many messages the store has, as it shows them to whoever follows its feed.
    func storedCount() throws -> Int {
        let client = try store.client(as: .handoffContext)
        defer { client.close() }
        var messages: Set<MessageID> = []
        var cursor = Cursor()
        while true {
            let page = try client.answer(ReadConversationFeed(after: cursor, waitMilliseconds: 0))
            for change in page.changes where change.kind == .messageReceived { messages.insert(change.message) }
            cursor = page.next
            if !page.isFull { return messages.count }
        }
    }

    func stop() { for service in [coordinator, handoff, store, intake] { service.stop() } }
}
