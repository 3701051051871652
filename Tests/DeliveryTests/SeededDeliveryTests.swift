import ConversationStoreContracts
import Domain
import Foundation
import IntakeContracts
import TestKit
import Testing
import Wire

@testable import IntakeService

/// Updates of every kind, mixed, reordered, doubled, and cut into deliveries as a seed says: whatever the platforms make of them, the
/// store holds what the model says.
@Suite(.serialized) struct SeededDeliveryTests {
    /// `TEST_SEEDS` asks for more, `TEST_SEED` for one that was seen before.
    private static let environment = ProcessInfo.processInfo.environment
    private static let seeds: [UInt64] =
        environment["TEST_SEED"].flatMap { UInt64($0) }.map { [$0] } ?? Array(1...(environment["TEST_SEEDS"].flatMap { UInt64($0) } ?? 200))
    private static let seedsPerRestart = 20
    private static let seedsPerErasure = 6

    @Test func theStoreHoldsWhatTheModelSays() throws {
        let rig = try DeliveryRig()
        var totals = (updates: 0, deliveries: 0, erased: 0)
        for seed in SeededDeliveryTests.seeds {
            let run = try SeededRun(seed, rig, restarts: seed % UInt64(SeededDeliveryTests.seedsPerRestart) == 0)
            try run.deliver()
            try run.check("seed \(seed)")
            if seed % UInt64(SeededDeliveryTests.seedsPerErasure) == 0 {
                try run.eraseSomebody()
                try run.check("seed \(seed), after an erasure")
                totals.erased += 1
            }
            totals.updates += run.updates.count
            totals.deliveries += run.deliveryCount
        }
        print(
            "\(SeededDeliveryTests.seeds.count) seeds: \(totals.updates) updates, \(totals.deliveries) deliveries, \(totals.erased) erased")
        #expect(rig.line.lostCount > 0 || SeededDeliveryTests.seeds.count < UnsureLine.lossInterval)
    }

    /// The model must be able to fail: it misses one update that was lost, one that was doubled, and one that was changed.
    @Test func aLostADoubledAndAChangedUpdateAreNoticed() throws {
        let rig = try DeliveryRig()
        let run = try SeededRun(1, rig, restarts: false)
        try run.deliver()
        let items = run.updates.filter { if case .item = $0.effect { true } else { false } }
        let stored = try run.stored(0)

        let own = items.filter { run.tenants[0].accounts.contains($0.account) }
        var without = Set(run.updates(of: 0))
        #expect(stored == ExpectedStore(without))
        without.remove(own[0])
        #expect(stored != ExpectedStore(without))
        var writer = UpdateWriter(seed: 999, start: 1_767_225_000_000)
        #expect(stored != ExpectedStore(run.updates(of: 0) + [writer.message(of: run.tenants[0].people[0])]))
    }
}

/// One seed: two customers with three accounts, their people, and what these do.
private final class SeededRun {
    struct Tenant {
        let workspace: WorkspaceID
        let channels: [ChannelID: Account]
        var people: [PlannedPerson] = []
        var accounts: [Account] { channels.values.sorted() }
    }

    private static let updateCount = 40
    private static let peoplePerAccount = 3

    let rig: DeliveryRig
    private let seed: UInt64
    private let restarts: Bool
    private(set) var tenants: [Tenant] = []
    private(set) var updates: [PlannedUpdate] = []
    private(set) var deliveryCount = 0
    private var businesses: [Account: String] = [:]
    private var writer: UpdateWriter
    private var bodies: DeliveryBodies
    private let quarantinedBefore: Int64

    init(_ seed: UInt64, _ rig: DeliveryRig, restarts: Bool) throws {
        self.seed = seed
        self.rig = rig
        self.restarts = restarts
        let start = rig.time.now.rawValue - 600_000
        writer = UpdateWriter(seed: seed, start: start)
        quarantinedBefore = rig.metric("inbox.quarantined")
        let accounts = [
            [Account(.instagram, "1784\(seed)001"), Account(.whatsapp, "1065\(seed)002")], [Account(.instagram, "1784\(seed)003")]
        ]
        for (index, accounts) in accounts.enumerated() {
            let open = OpenWorkspace(
                key: RequestKey("workspace-\(seed)-\(index)"), name: "Shop (invented)", market: .international,
                policyVersion: "2026-06-19",
                agreementVersion: "2026-01", onDeletion: .erase)
            let workspace = try rig.intake(open).workspace
            var channels: [ChannelID: Account] = [:]
            for account in accounts {
                businesses[account] = "2\(account.id)"
                channels[try SeededRun.connect(account, businesses[account], to: workspace, rig)] = account
            }
            var tenant = Tenant(workspace: workspace, channels: channels)
            for account in accounts {
                for number in 0..<SeededRun.peoplePerAccount { tenant.people.append(writer.person(number, of: account)) }
            }
            tenants.append(tenant)
        }
        bodies = DeliveryBodies(businesses: businesses, time: start / 1000)
        plan()
    }

    private static func connect(
        _ account: Account, _ business: String?, to workspace: WorkspaceID, _ rig: DeliveryRig
    ) throws -> ChannelID {
        let attestation = Attestation(
            member: "member-1", textVersion: "2026-01", attestedAt: rig.time.now, rights: true, notices: true, consents: true)
        let connect = ConnectChannel(
            key: RequestKey("connect-\(account.id)"), workspace: workspace, account: account, attestation: attestation,
            business: account.platform == .whatsapp ? business : nil)
        let channel = try rig.intake(connect).channel
        _ = try rig.intake(SetChannelFeatures(workspace: workspace, channel: channel, features: [.comments]))
        return channel
    }

    private func plan() {
        let people = tenants.flatMap(\.people)
        var sent: [PlannedPerson: [String]] = [:]
        for _ in 0..<SeededRun.updateCount {
            let person = people.randomElement(using: &writer.random) ?? people[0]
            let update = writer.update(of: person, targets: sent[person] ?? [])
            if case .item(let item) = update.effect, let id = item.id { sent[person, default: []].append(id) }
            updates.append(update)
        }
    }

    func updates(of tenant: Int) -> [PlannedUpdate] { updates.filter { tenants[tenant].accounts.contains($0.account) } }

    // MARK: What happens

    func deliver() throws {
        let all = bodies.cut(updates, &writer.random)
        deliveryCount += all.count
        let half = all.count / 2
        try rig.post(Array(all[..<half]))
        if restarts { try rig.reopen() }
        try rig.post(Array(all[half...]))
        rig.drain()
    }

    /// Somebody goes; all that they did is told once more, and then they write again.
    func eraseSomebody() throws {
        let tenant = tenants[0]
        let person = tenant.people.randomElement(using: &writer.random) ?? tenant.people[0]
        rig.time.advance(milliseconds: 3_600_000)
        try rig.erase(person.aliases, in: tenant.workspace, on: tenant.accounts)
        let gone = updates.filter { SeededRun.isOf(person, $0) }
        try rig.post(bodies.cut(updates, &writer.random))
        rig.time.advance(milliseconds: 3_600_000)
        writer.start = rig.time.now.rawValue - 60_000
        let new = (0..<3).map { _ in writer.message(of: person) }
        try rig.post(bodies.cut(new + gone, &writer.random))
        rig.drain()
        updates = updates.filter { !gone.contains($0) } + new
    }

    private static func isOf(_ person: PlannedPerson, _ update: PlannedUpdate) -> Bool {
        switch update.effect {
        case .item(let item), .preference(let item, _, _): item.person == person
        case .status, .nothing, .broken: update.account == person.account && person.aliases.contains { update.json.contains($0.value) }
        case .notice: false
        }
    }

    // MARK: What is there then

    func stored(_ tenant: Int) throws -> ExpectedStore {
        let tenant = tenants[tenant]
        return try ExpectedStore(of: tenant.workspace, channels: tenant.channels, people: tenant.people, rig)
    }

    func check(_ what: String) throws {
        for index in tenants.indices {
            let (stored, expected) = (try stored(index), ExpectedStore(updates(of: index)))
            #expect(stored == expected, "\(what), tenant \(index)")
        }
        let broken = Set(updates.filter { $0.effect == .broken }).count
        if !restarts { #expect(rig.metric("inbox.quarantined") - quarantinedBefore == Int64(broken), "\(what)") }
    }
}
