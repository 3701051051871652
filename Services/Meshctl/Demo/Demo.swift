import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import Glibc
import HandoffContextContracts
import IntakeContracts
import MeshContracts
import Net
import Policy
import Runtime
import Wire

/// The whole story on a running, empty mesh: what a newcomer reads to understand the system.
struct Demo {
    private static let patienceMilliseconds: Int64 = 10_000

    private let mesh: Mesh
    private let people: DemoPeople
    private let now = SystemClock().now

    init(_ arguments: Arguments) throws {
        try arguments.allow()
        mesh = try Mesh(arguments)
        people = DemoPeople(mesh)
    }

    func run() throws -> Int32 {
        let deliveries = DemoDeliveries(now: now)
        let workspace = try openWorkspace()
        let channel = try connectChannels(workspace)
        try receive(deliveries)
        try reply(workspace, channel, deliveries)
        try showConversations(workspace)
        try showContext(workspace)
        let code = try erase(workspace)
        try replay(deliveries, workspace)
        try showStatusPage(code)
        Terminal.say("\nThat is the mesh: taken in once, given to who carries on, and gone when a person asks.")
        return Exit.ok
    }

    private func chapter(_ number: Int, _ title: String) { Terminal.say("\n" + Terminal.bold("\(number). \(title)")) }

    private func tell(_ text: String) { Terminal.say("   \(text)") }

    // MARK: The customer

    private func openWorkspace() throws -> WorkspaceID {
        chapter(1, "A customer opens a workspace and configures its assistant")
        let request = OpenWorkspace(
            key: Mesh.newKey(), name: "Lamp Shop (invented)", market: .international, policyVersion: "2026-06-19",
            agreementVersion: "2026-01", onDeletion: .erase)
        let workspace = try mesh.call(.intake, request).workspace
        tell("workspace \(workspace.rawValue); policy 2026-06-19 accepted; when a person asks for deletion: erase at once")
        try people.join(workspace)
        tell("its owner, an agent and the assistant are members; each acts by a token that lives for minutes")
        let assistant = Assistant(name: "Lumi", prompt: "You are Lumi of the Lamp Shop. Be brief and kind. Ask before you promise a date.")
        try eventually("handoff-context hears of the workspace from intake") {
            let options = CallOptions(actor: try people.token(.owner))
            if case .ok = mesh.client(to: .handoffContext).call(ConfigureAssistant(workspace: workspace, assistant: assistant), options) {
                return true
            }
            return false
        }
        tell("assistant Lumi has its prompt")
        return workspace
    }

    private func connectChannels(_ workspace: WorkspaceID) throws -> ChannelID {
        chapter(2, "It connects an Instagram and a WhatsApp channel, and attests to rights, notices and consents")
        var channels: [ChannelID] = []
        for account in [DemoDeliveries.instagramAccount, DemoDeliveries.whatsappAccount] {
            let attestation = Attestation(
                member: "member-1", textVersion: "2026-01", attestedAt: now, rights: true, notices: true, consents: true)
            let connected = try mesh.call(
                .intake, ConnectChannel(key: Mesh.newKey(), workspace: workspace, account: account, attestation: attestation),
                as: people.token(.owner))
            tell("\(account.platform.rawValue): channel \(connected.channel.rawValue); its own terms: \(connected.thirdPartyTerms)")
            channels.append(connected.channel)
        }
        return channels[1]
    }

    // MARK: What comes in

    /// A client of a service's public door.
    private func door(of service: Peer) throws -> WebhookSender {
        let configured = mesh.configuration.port(of: service, .http) ?? 0
        let port =
            try configured == 0 ? PortFile(dataFolder: mesh.configuration.dataFolder, service: service, door: .http).read() : configured
        return WebhookSender(address: try SocketAddress(host: mesh.configuration.host(of: .http), port: port))
    }

    private func receive(_ deliveries: DemoDeliveries) throws {
        chapter(3, "Two people write; Meta delivers signed webhooks over HTTP")
        try post(
            "/webhooks/instagram", deliveries.instagram, KeyName.instagramAppSecret, "Mara on Instagram: two messages and the shop's echo")
        try post("/webhooks/whatsapp", deliveries.whatsapp, KeyName.whatsappAppSecret, "Jonas on WhatsApp: two messages")
        try post("/webhooks/whatsapp", deliveries.whatsapp, KeyName.whatsappAppSecret, "the same delivery again (Meta retries for 7 days)")
        let forged = try door(of: .intake).post("/webhooks/whatsapp", deliveries.whatsapp, secret: Array("not the secret".utf8))
        try ensure(forged == 401, "a forged signature got HTTP \(forged)")
        tell("HTTP \(forged)  a forged signature: nothing is stored")
    }

    private func post(_ path: String, _ body: String, _ secret: String, _ what: String) throws {
        let status = try door(of: .intake).post(path, body, secret: try mesh.folder.secret(named: secret))
        tell("HTTP \(status)  \(what)")
        try ensure(status == 200, "a signed webhook got HTTP \(status)")
    }

    private func reply(_ workspace: WorkspaceID, _ channel: ChannelID, _ deliveries: DemoDeliveries) throws {
        let id = "wamid.DEMO0003"
        let lease = try lease(workspace, for: DemoDeliveries.jonas)
        _ = try mesh.call(
            .intake,
            RecordReply(
                key: Mesh.newKey(), workspace: workspace, channel: channel, recipient: DemoDeliveries.jonas, author: .assistant,
                text: "Friday at 10 is free. Shall I book it?", sentAt: now, lease: lease, externalID: id), as: people.token(.assistant))
        tell("         Lumi answers Jonas, under the lease that came with the context; the reply is recorded")
        try post(
            "/webhooks/whatsapp", deliveries.whatsappStatus(of: id, "read"), KeyName.whatsappAppSecret, "WhatsApp says that Jonas read it")
    }

    /// The assistant's right to answer somebody who has written.
    private func lease(_ workspace: WorkspaceID, for person: Alias) throws -> String {
        var lease: String?
        try eventually("the conversation has arrived and its context can be had") {
            let found = try conversations(workspace).first { $0.participant.aliases.contains(person) }
            guard let conversation = found else { return false }
            let read = ReadContext(workspace: workspace, conversation: conversation.id, audience: .assistant, tokenBudget: 1000)
            lease = try mesh.call(.handoffContext, read, as: people.token(.assistant)).lease?.text
            return lease != nil
        }
        return lease ?? ""
    }

    // MARK: What is kept and given on

    private func conversations(_ workspace: WorkspaceID) throws -> [Conversation] {
        try mesh.call(.conversationStore, ListConversations(workspace: workspace, limit: 10), as: people.token(.agent)).conversations
    }

    private func messages(_ workspace: WorkspaceID, _ conversation: Conversation) throws -> [Message] {
        let request = ReadConversation(workspace: workspace, conversation: conversation.id, limit: 50)
        return try mesh.call(.conversationStore, request, as: people.token(.agent)).messages
    }

    private func showConversations(_ workspace: WorkspaceID) throws {
        chapter(4, "conversation-store keeps the conversations; what came twice is there once")
        let asOperator = mesh.client(to: .conversationStore).call(ListConversations(workspace: workspace, limit: 10))
        guard case .fault(let fault) = asOperator else { return try ensure(false, "the operator sees content without a person's token") }
        tell("the operator asks without a person's token: \(fault.code.rawValue); an agent of the workspace may look:")
        try eventually("intake's relay hands everything to conversation-store") {
            let all = try conversations(workspace).flatMap { try messages(workspace, $0) }
            return all.count == 6 && all.contains { $0.status == .read }
        }
        for conversation in try conversations(workspace).sorted(by: { $0.id < $1.id }) {
            let names = conversation.participant.aliases.map { "\($0.kind.rawValue) \($0.value)" }.joined(separator: ", ")
            tell("conversation \(conversation.id.rawValue) with participant \(conversation.participant.id.rawValue) (\(names))")
            for message in try messages(workspace, conversation) {
                let status = message.status.map { "  [\($0.rawValue)]" } ?? ""
                tell("   #\(message.id.rawValue) \(message.author.rawValue): \(message.text ?? message.type)\(status)")
            }
        }
    }

    private func showContext(_ workspace: WorkspaceID) throws {
        chapter(5, "handoff-context gives the assistant what it needs to carry on, every line with its source, identifiers masked")
        for conversation in try conversations(workspace).sorted(by: { $0.id < $1.id }) {
            let context = try mesh.call(
                .handoffContext,
                ReadContext(workspace: workspace, conversation: conversation.id, audience: .assistant, tokenBudget: 1000),
                as: people.token(.assistant))
            tell(
                "for \(context.assistant?.name ?? "the assistant"), talking with \(context.participant.name ?? "participant \(context.participant.id.rawValue)")"
            )
            try ensure(!context.lines.isEmpty && context.assistant != nil, "a context came without lines or without its assistant")
            for line in context.lines {
                tell(
                    "   \(line.author.rawValue): \(line.text)   (from #\(line.cites.map { String($0.rawValue) }.joined(separator: ", #")))")
            }
        }
    }

    // MARK: Deletion

    private func erase(_ workspace: WorkspaceID) throws -> String {
        chapter(6, "Jonas asks to be forgotten: tombstones first, then every holder erases, signs a receipt and is scanned byte by byte")
        let request = RequestDeletion(
            key: Mesh.newKey(), workspace: workspace, subject: DemoDeliveries.jonas, source: .customer, immediately: true)
        let accepted = try mesh.call(.deletionCoordinator, request, as: people.token(.owner))
        let report = try DeletionReport(mesh, accepted.deletion)
        try report.follow(quietly: false, indent: "   ")
        try report.print(asJSON: false, indent: "   ")
        let response = try report.read()
        try ensure(response.deletion.state == .completed && response.deletion.found == true, "the deletion did not find and erase Jonas")
        try ensure(
            response.receipts.count == MeshPlan.services.count && response.proofs.count == MeshPlan.services.count,
            "a receipt or a proof is missing")
        return accepted.code
    }

    private func replay(_ deliveries: DemoDeliveries, _ workspace: WorkspaceID) throws {
        chapter(7, "Late and repeated deliveries stay out")
        let keptOut = try metric("inbox.keptOut", .intake)
        let known = try metric("inbox.repeated", .intake)
        try post("/webhooks/whatsapp", deliveries.whatsapp, KeyName.whatsappAppSecret, "Jonas's messages once more")
        try post(
            "/webhooks/whatsapp", deliveries.whatsapp.replacing("DEMO", with: "LATE"), KeyName.whatsappAppSecret,
            "and two of his that were still on their way when he asked")
        let byTombstone = try metric("inbox.keptOut", .intake) - keptOut
        let byDigest = try metric("inbox.repeated", .intake) - known
        try ensure(byTombstone > 0 && byTombstone + byDigest == 4, "of 4 messages \(byTombstone + byDigest) were kept out")
        tell("intake kept all 4 out: \(byTombstone) by Jonas's tombstone, \(byDigest) as repeats that it knows by keyed digests")
        try eventually("what was on its way has settled") { try metric("outbox.rows", .intake) == 0 }
        let left = try conversations(workspace)
        try ensure(
            left.count == 1 && left[0].participant.aliases.contains(DemoDeliveries.mara), "an erased person came back, or another was lost")
        tell("conversations left: \(left.count), Mara's, with all \(try messages(workspace, left[0]).count) messages")
    }

    private func metric(_ name: String, _ service: Peer) throws -> Int64 {
        try mesh.call(service, ReadMetrics()).values[name] ?? 0
    }

    private func showStatusPage(_ code: String) throws {
        chapter(8, "What Jonas sees")
        let page = try door(of: .deletionCoordinator).get("/data-deletion/status/\(code)")
        try ensure(page.status == 200, "the status page got HTTP \(page.status)")
        try ensure(
            page.text.contains("Your data is erased") && page.text.contains("Completed"),
            "the status page does not say that the deletion is completed")
        tell("GET /data-deletion/status/\(code): HTTP \(page.status), \(page.text.utf8.count) bytes of plain HTML without scripts")
    }

    /// What the demo shows must be so: it is the first check of a mesh that somebody runs.
    private func ensure(_ isSo: Bool, _ otherwise: String) throws {
        guard isSo else { throw Failure(status: Exit.fault, message: "the demo failed: \(otherwise)") }
    }

    /// Waits until what travels between services has arrived.
    private func eventually(_ what: String, _ isSo: () throws -> Bool) throws {
        let clock = SystemClock()
        let end = clock.monotonicMilliseconds + Demo.patienceMilliseconds
        while try !isSo() {
            guard clock.monotonicMilliseconds < end else { throw Failure(status: Exit.fault, message: "still waiting until \(what)") }
            usleep(20_000)  // The demo plays a person's part: it looks again.
        }
    }
}
