import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import HandoffContextContracts
import IntakeContracts
import Policy
import TestKit
import Wire

/// A shop with something of everything, all of it named so that it can be told from any other shop's.
struct FilledShop {
    let shop: Shop
    let agent: MemberID
    let consent: ConsentID
    let deletion: DeletionID
    let conversations: [ConversationID]
    /// Writes on Instagram, on WhatsApp, and on WhatsApp all that may hold a name.
    let people: [Person]
    /// How `people[2]` is called beside their name.
    let username: String
    let email: String
    /// Who is on a contact card.
    let third: String
    let usage: String
    let template: String
    let prompt: String
    let integration: IntegrationID

    var workspace: WorkspaceID { shop.workspace }
    var rich: Person { people[2] }

    /// How the people are called and reached.
    var contacts: [String] {
        people.filter { $0.platform == .whatsapp }.flatMap { [$0.name, $0.alias.value] } + [username, email, third, String(third.suffix(7))]
    }

    /// All of it, and nobody else's.
    var needles: [String] {
        contacts + people.flatMap(\.traces) + [usage, template, prompt, workspace.rawValue, agent.rawValue, shop.owner.rawValue]
            + shop.channels.values.map(\.rawValue) + [integration.rawValue]
    }

    init(_ mesh: TestMesh, _ number: Int) throws {
        let shop = try Shop(mesh, number)
        self.shop = shop
        people = [Person(.instagram, number * 10 + 1), Person(.whatsapp, number * 10 + 2), Person(.whatsapp, number * 10 + 3)]
        username = "lamplover\(number)00\(number)"
        email = "nemo\(number)00\(number)@lamps.example"
        third = "+1 555 71\(number)00\(number)7"
        usage = "shelf\(number).opened"
        template = "template_\(number)00\(number)"
        prompt = "Prompt-\(number)00\(number): be brief."
        let joining = AddMember(key: RequestKey("agent-\(number)"), workspace: shop.workspace, role: Role.agent.rawValue)
        integration = try FilledShop.integration(of: shop, number)
        agent = try mesh.call(.intake, joining).member
        consent = try FilledShop.consent(of: people[1], shop, number)
        _ = try mesh.call(
            .intake,
            RecordUsage(
                key: RequestKey("usage-\(number)"), workspace: shop.workspace,
                events: [UsageEvent(EventKind(rawValue: usage), at: shop.now, member: agent)]))
        for person in people { _ = try shop.deliver(Letter(from: person, 1, sentAt: shop.now)) }
        let door = try mesh.webhooks()
        let bodies = [
            Deliveries.everything(of: people[2], username, email, third, to: Deliveries.accounts(.whatsapp, of: number), at: shop.now),
            Deliveries.template(template, of: Deliveries.accounts(.whatsapp, of: number))
        ]
        for body in bodies { _ = try door.post(Shop.path(.whatsapp), body, secret: shop.secret(.whatsapp)) }
        // Last of all, so that all services have heard of shop and owner by then.
        try FilledShop.configure(Assistant(name: "Lumi", prompt: prompt), of: shop)
        deletion = try FilledShop.deletion(of: Person(.whatsapp, number * 10 + 4), shop, number)
        guard try mesh.eventually({ try Stored(of: shop).messages.values.joined().count == 9 }) else { throw Incomplete() }
        conversations = try Stored(of: shop).conversations.map(\.id)
    }

    struct Incomplete: Error {}

    private static func integration(of shop: Shop, _ number: Int) throws -> IntegrationID {
        let attestation = Attestation(
            member: "member-\(number)", textVersion: "2026-01", attestedAt: shop.now, rights: true, notices: true, consents: true)
        let connection = ConnectIntegration(
            key: RequestKey("crm-\(number)"), workspace: shop.workspace, kind: .crm, name: "Ledger-\(number)00\(number)",
            terms: WebLink(rawValue: "https://crm.example/terms"), uses: [DeclaredUse(.profile, for: .provideService)],
            attestation: attestation)
        return try shop.mesh.call(.intake, connection).integration
    }

    private static func consent(of person: Person, _ shop: Shop, _ number: Int) throws -> ConsentID {
        guard let channel = shop.channels[person.platform] else { throw Incomplete() }
        var consent = RecordConsent()
        consent.key = RequestKey("consent-\(number)")
        consent.workspace = shop.workspace
        consent.person = ConsentingPerson(channel: channel, participant: person.alias)
        (consent.purpose, consent.textVersion, consent.policyVersion) = ("respondToRequest", "news-1", "2026-06-19")
        (consent.market, consent.evidence, consent.givenAt) = (.international, ConsentEvidence(.message), shop.now)
        return try shop.mesh.call(.intake, consent).consent
    }

    private static func configure(_ assistant: Assistant, of shop: Shop) throws {
        let request = ConfigureAssistant(workspace: shop.workspace, assistant: assistant)
        guard try shop.mesh.eventually({ try FilledShop.isTaken { try shop.mesh.call(.handoffContext, request) } }) else {
            throw Incomplete()
        }
    }

    private static func deletion(of person: Person, _ shop: Shop, _ number: Int) throws -> DeletionID {
        // With the window, so that it waits.
        let request = RequestDeletion(
            key: RequestKey("deletion-\(number)"), workspace: shop.workspace, subject: person.alias, source: .customer)
        var deletion: DeletionID?
        _ = try shop.mesh.eventually {
            try FilledShop.isTaken { deletion = try shop.mesh.call(.deletionCoordinator, request).deletion }
        }
        guard let deletion else { throw Incomplete() }
        return deletion
    }

    /// False while the service has not heard of shop and owner yet.
    private static func isTaken(_ call: () throws -> some Any) throws -> Bool {
        do {
            _ = try call()
            return true
        } catch let error as NotAnswered {
            guard ["unknownWorkspace", Fault.Code.forbidden.rawValue].contains(error.code) else { throw error }
            return false
        }
    }
}

extension Deliveries {
    /// Six messages that between them show a person's names wherever a message can: in texts, captions, names of files, contact cards,
    /// what we don't know, and in what is said of them.
    static func everything(
        of person: Person, _ username: String, _ email: String, _ third: String, to account: Account, at time: Timestamp
    ) -> [UInt8] {
        let head = #""from":"\#(person.alias.value)","timestamp":"\#(time.rawValue / 1000)""#
        let text =
            "\(person.name) here, \(person.name.uppercased()), @\(username) or \(username), \(email), +\(person.alias.value), \(person.mark)"
        let messages = [
            #"{\#(head),"id":"wamid.a.\#(person.number)","type":"text","text":{"body":"\#(text)"}}"#,
            #"{\#(head),"id":"wamid.b.\#(person.number)","type":"document","document":{"id":"1","filename":"\#(person.name).pdf","caption":"\#(text)"}}"#,
            #"{\#(head),"id":"wamid.c.\#(person.number)","type":"contacts","contacts":[{"name":{"formatted_name":"\#(person.name)"},"phones":[{"phone":"\#(third)"}]}]}"#,
            #"{\#(head),"id":"wamid.d.\#(person.number)","type":"hologram","hologram":{"of":"\#(text)"}}"#,
            #"{\#(head),"id":"wamid.e.\#(person.number)","type":"reaction","reaction":{"message_id":"wamid.a.\#(person.number)","emoji":"👍"}}"#,
            #"{\#(head),"id":"wamid.f.\#(person.number)","type":"button","button":{"text":"Ask \#(person.name)","payload":"\#(email)"}}"#
        ]
        let contact = #"{"profile":{"name":"\#(person.name)","username":"\#(username)"},"wa_id":"\#(person.alias.value)"}"#
        return change(
            "messages",
            #"{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"\#(account.id)"},"#
                + #""contacts":[\#(contact)],"messages":[\#(messages.joined(separator: ","))]}"#, of: account)
    }

    /// A template was refused: it concerns no person.
    static func template(_ name: String, of account: Account) -> [UInt8] {
        change(
            "message_template_status_update",
            #"{"event":"REJECTED","message_template_id":500000000000001,"message_template_name":"\#(name)","#
                + #""message_template_language":"en_US","reason":"INCORRECT_CATEGORY"}"#, of: account)
    }

    private static func change(_ field: String, _ value: String, of account: Account) -> [UInt8] {
        Array(
            (#"{"object":"whatsapp_business_account","entry":[{"id":"\#(business(of: account))","changes":[{"field":"\#(field)","value":"#
                + value + "}]}]}").utf8)
    }
}
