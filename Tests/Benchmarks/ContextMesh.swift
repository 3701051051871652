import ConversationStoreContracts
import Digest
import Domain
import HTTP
import HandoffContextContracts
import IntakeContracts
import Net
import Policy
import Runtime
import Wire

/// The whole mesh with one customer, whose conversations are long, whose assistant asks for contexts, and some of whose people are forgotten.
final class ContextMesh {
    static let account = Account(.whatsapp, "100000000000001")
    private static let fillInFlight = 8
    /// As people write: with questions, amounts, dates and links for a context to find.
    private static let sentences = [
        "Hello, do you still have the blue lamp in the larger size?", "We do, it is €25 without the bulb and €31 with one.",
        "Could it be here by 12 March, and what would the delivery cost me?", "To Lisbon it takes 3 to 5 days and costs 4,50 EUR.",
        "Good. My name is Mara and I saw it on https://lamps.example/blue last week.", "Thank you, I have put one aside for you.",
        "The one that came on 2026-02-27 had a dent, I told your colleague about it.", "I am sorry to hear that; we send you another."
    ]

    let workspace: WorkspaceID
    let token: String
    let asOwner: CallOptions
    /// As the assistant's program, as handoff-context, and as one of the customer's people asks.
    let contexts, conversations, desk: MeshClient
    /// The coordinator as the operator reaches it, the store as the coordinator does.
    let deletions, holder: MeshClient
    private let dataFolder: String
    private let intake, store, handoff, coordinator: MeshProcess

    init(_ folder: WorkFolder, named name: String) throws {
        dataFolder = try folder.subfolder(name)
        intake = try MeshProcess(.intake, dataFolder: dataFolder)
        store = try MeshProcess(.conversationStore, dataFolder: dataFolder)
        handoff = try MeshProcess(.handoffContext, dataFolder: dataFolder)
        coordinator = try MeshProcess(.deletionCoordinator, dataFolder: dataFolder)
        let accounts = try intake.client(as: .operator)
        defer { accounts.close() }
        let workspace = try accounts.answer(
            OpenWorkspace(
                key: RequestKey("open"), name: "Lamp Shop (invented)", market: .international, policyVersion: "2026-06-19",
                agreementVersion: "2026-01", onDeletion: .erase)
        ).workspace
        self.workspace = workspace
        asOwner = CallOptions(actor: try ContextMesh.token(.owner, of: workspace, accounts))
        token = try ContextMesh.token(.assistant, of: workspace, accounts)
        let attestation = Attestation(
            member: "member-1", textVersion: "2026-01", attestedAt: System.real().clock.now, rights: true, notices: true, consents: true)
        _ = try accounts.answer(
            ConnectChannel(key: RequestKey("connect"), workspace: workspace, account: ContextMesh.account, attestation: attestation),
            asOwner)
        contexts = try handoff.client(as: .operator)
        conversations = try store.client(as: .handoffContext)
        deletions = try coordinator.client(as: .operator)
        holder = try store.client(as: .deletionCoordinator)
        desk = try store.client(as: .operator)
    }

    /// A new member's.
    private static func token(_ role: Role, of workspace: WorkspaceID, _ accounts: MeshClient) throws -> String {
        let member = try accounts.answer(AddMember(key: RequestKey(role.rawValue), workspace: workspace, role: role.rawValue)).member
        return try accounts.answer(IssueToken(workspace: workspace, member: member)).token
    }

    func stop() {
        for client in [contexts, conversations, desk, deletions, holder] { client.close() }
        for process in [coordinator, handoff, store, intake] { process.stop() }
    }

    /// Messages of so many people in turn, and waits until handoff-context has heard of all.
    /// - Parameter text: of somebody's so manieth message.
    func fill(
        _ count: Int, people: Int, text: (Int) -> String = { ContextMesh.sentences[$0 % ContextMesh.sentences.count] }
    ) throws {
        let client = try store.client(as: .intake)
        defer { client.close() }
        let start = System.real().clock.now.rawValue - Int64(count) * 1000
        let requests = stride(from: 0, to: count, by: AppendEvents.countMax).map { first in
            AppendEvents(
                key: RequestKey("fill-\(first)"), workspace: workspace, channel: ChannelID(rawValue: "bench"), account: ContextMesh.account,
                events: (first..<min(first + AppendEvents.countMax, count)).map { index in
                    let time = Timestamp(rawValue: start + Int64(index) * 1000)
                    var event = ChannelEvent(
                        kind: .message, id: Base64URL.encode(SecureRandom.bytes(45)),
                        participant: ParticipantIdentity(phone: "1555\(1_000_000 + index % people)"), sentAt: time, receivedAt: time)
                    event.type = "text"
                    event.text = text(index / people)
                    return event
                })
        }
        _ = try AppendPipeline(client, requests).run(inFlight: ContextMesh.fillInFlight)
        try handoff.wait { $0["changes.taken"] ?? 0 >= Int64(count) }
    }

    /// Waits until there is a context of the conversation.
    func waitForContext(of conversation: Int64) throws { _ = try handoff.process.wait { try context(of: conversation) } }

    /// nil where the message is not there yet, or the workspace not known.
    func context(of conversation: Int64) throws -> HandoffContext? {
        let request = ReadContext(
            workspace: workspace, conversation: ConversationID(rawValue: conversation), audience: .assistant, tokenBudget: 2000)
        switch contexts.call(request, CallOptions(actor: token)) {
        case .ok(let context): return context
        case .refused(.unknownConversation, _): return nil
        case .refused(let reason, _): throw BenchmarkFailure("handoff.context: \(reason.rawValue)")
        case .fault(let fault) where fault.code == .forbidden: return nil
        case .fault(let fault): throw BenchmarkFailure("handoff.context: \(fault.code.rawValue)")
        }
    }

    /// Waits until so many messages can be searched.
    func waitForIndex(of count: Int) throws { try store.wait { $0["messages.indexed"] ?? 0 >= Int64(count) } }

    // MARK: The door

    /// Posts messages as Meta does.
    func post(_ messages: [(phone: Int64, id: String, text: String)]) throws {
        let now = System.real().clock.now.rawValue / 1000
        let items = messages.map { message in
            #"{"from":"1556\#(message.phone)","id":"wamid.\#(message.id)","timestamp":"\#(now)","type":"text","text":{"body":"\#(message.text)"}}"#
        }.joined(separator: ",")
        let value =
            #"{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550000001","phone_number_id":"\#(ContextMesh.account.id)"},"messages":[\#(items)]}"#
        let body = Array(
            #"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":\#(value)}]}]}"#.utf8)
        let secret = try KeyFolder(dataFolder: dataFolder).secret(named: KeyName.whatsappAppSecret)
        let address = try SocketAddress(host: "127.0.0.1", port: intake.port(.http))
        let signature = "sha256=\(Hex.encode(HMACSHA256Key(secret).authenticate(body)))"
        let answer: HTTPAnswer
        do throws(HTTPCallFailure) {
            answer = try HTTPClient(host: "localhost", at: address, timeoutMilliseconds: 5000, answerBytesMax: 4096)
                .post(
                    "/webhooks/whatsapp", body, type: "application/json",
                    headers: [HTTPHeaders.Field(name: "X-Hub-Signature-256", value: signature)])
        } catch { throw BenchmarkFailure("the webhook door: \(error.rawValue)") }
        guard answer.isSuccess else { throw BenchmarkFailure("the webhook door said \(answer.status)") }
    }
}
