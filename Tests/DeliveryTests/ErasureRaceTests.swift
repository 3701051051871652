import Domain
import Erasure
import Foundation
import HolderContracts
import IntakeContracts
import TestKit
import Testing
import Wire

/// People are erased while what they wrote comes in: before, between and beside the steps of their erasure, again and again, and long
/// after. The model is simple: of the erased only what they wrote later is there, and all that the others wrote is, once.
///
/// `TEST_RACES` and `TEST_REPLAYS` ask for more, `TEST_RACE_FIRST` for other seeds.
@Suite(.serialized) struct ErasureRaceTests {
    private static func number(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    private static let races = number("TEST_RACES", 200)
    private static let first = number("TEST_RACE_FIRST", 1)
    private static let replays = number("TEST_REPLAYS", 100_000)
    private static let people = 1000

    @Test func noRaceBringsAnErasedPersonBackAndNobodyElseLosesALetter() throws {
        let shop = try RaceShop()
        var (posts, problems): (Int, [String]) = (0, [])
        for seed in ErasureRaceTests.first..<(ErasureRaceTests.first + ErasureRaceTests.races) {
            let race = Race(seed, shop)
            posts += try race.run()
            problems += try race.problems()
        }
        print("\(ErasureRaceTests.races) races from seed \(ErasureRaceTests.first), \(posts) deliveries beside them")
        #expect(problems == [])
        #expect(shop.rig.line.lostCount > 0)
    }

    /// The control: without tombstones the model notices.
    @Test func withoutTombstonesTheRacesAreLost() throws {
        let shop = try RaceShop(placesTombstones: false)
        var problems: [String] = []
        for seed in 1...20 {
            let race = Race(seed, shop)
            _ = try race.run()
            problems += try race.problems()
        }
        #expect(problems.contains { $0.hasPrefix("back: ") })
    }

    /// What a platform repeats, right away and when no key of the delivery is kept any more.
    @Test func noReplayOfErasedDeliveriesBringsAnythingBack() throws {
        let shop = try RaceShop()
        let letters = (0..<100).flatMap { person in (0..<5).map { RaceLetter(shop, "4917\(200_000_000 + person)", "replayed", $0) } }
        try shop.post(letters)
        shop.rig.drain()
        #expect(try shop.texts(like: "replayed").count == letters.count)
        for person in 0..<100 { try shop.erase(Int64(person + 1), "4917\(200_000_000 + person)") }
        #expect(try shop.texts(like: "replayed").isEmpty)

        var random = SeededGenerator(seed: UInt64(ErasureRaceTests.first))
        var sent = 0
        while sent < ErasureRaceTests.replays {
            // Half of them after 40 days, when digests of deliveries have expired and the tombstones alone are left.
            if sent == ErasureRaceTests.replays / 2 / RaceShop.batch * RaceShop.batch {
                shop.rig.time.advance(milliseconds: 40 * 86_400_000)
            }
            try shop.post((0..<RaceShop.batch).map { _ in letters.randomElement(using: &random) ?? letters[0] })
            sent += RaceShop.batch
            shop.rig.time.advance(milliseconds: 10)  // No faster than a channel may.
        }
        shop.rig.drain()
        print("\(sent) replays")
        #expect(try shop.texts(like: "replayed").isEmpty)
        #expect(shop.rig.metric("inbox.keptOut") > 0, "tombstones have kept some out")
        // The control: somebody whom nobody has erased comes in.
        try shop.post([RaceLetter(shop, "4917999999999", "replayed", 1)])
        shop.rig.drain()
        #expect(try shop.texts(like: "replayed").count == 1)
    }

    @Test func aThousandErasedPeopleLeaveNoByteAndAThousandOthersAllOfTheirs() throws {
        let shop = try RaceShop()
        let gone = (0..<ErasureRaceTests.people).map { "4917\(300_000_000 + $0)" }
        let staying = (0..<ErasureRaceTests.people).map { "4918\(300_000_000 + $0)" }
        for phones in [gone, staying] {
            for start in stride(from: 0, to: phones.count, by: RaceShop.batch) {
                try shop.post(phones[start..<min(start + RaceShop.batch, phones.count)].map { RaceLetter(shop, $0, "thousand", 1) })
            }
        }
        shop.rig.drain()
        // The positive control.
        let numbers = Set(gone + staying)
        #expect(try shop.standing(numbers) == numbers)

        for (index, phone) in gone.enumerated() { try shop.erase(Int64(index + 1), phone) }

        #expect(try shop.standing(numbers) == Set(staying))
        #expect(try shop.texts(like: "thousand").count == staying.count)
    }
}

/// One race: a person, somebody beside them, and an order of things that a seed gives.
private final class Race {
    private let seed: Int
    private let shop: RaceShop
    private var random: SeededGenerator
    private let phone, other: String
    private let old, others: [RaceLetter]
    private var new: [RaceLetter] = []

    init(_ seed: Int, _ shop: RaceShop) {
        self.seed = seed
        self.shop = shop
        random = SeededGenerator(seed: UInt64(seed))
        phone = "4917\(100_000_000 + seed)"
        other = "4918\(100_000_000 + seed)"
        old = (0..<6).map { [phone, seed] in RaceLetter(shop, phone, "race-\(seed)-old", $0) }
        others = (0..<3).map { [other, seed] in RaceLetter(shop, other, "race-\(seed)-other", $0) }
    }

    /// Returns how many deliveries came beside the erasure.
    func run() throws -> Int {
        try shop.post(old.filter { _ in Bool.random(using: &random) })
        if Bool.random(using: &random) { shop.rig.drain() }
        let beside = (old + others).shuffled(using: &random)
        if seed % 2 == 0 { try runBetweenTheSteps(beside) } else { try runAtOnce(beside) }
        shop.rig.time.advance(milliseconds: 10_000)
        new = [RaceLetter(shop, phone, "race-\(seed)-new", 1)]
        try shop.post((old + others + new).shuffled(using: &random))
        shop.rig.drain()
        return beside.count
    }

    /// Each letter at a step that the seed chooses.
    private func runBetweenTheSteps(_ letters: [RaceLetter]) throws {
        var rest = letters[...]
        let pace = Int.random(in: 1...3, using: &random)
        try shop.erase(Int64(seed), phone) { step in
            guard step % pace == 0, let letter = rest.popFirst() else { return }
            try shop.post([letter])
        }
    }

    /// On another thread, as the scheduler likes.
    private func runAtOnce(_ letters: [RaceLetter]) throws {
        let failure = Failure()
        let queue = DispatchQueue(label: "letters")
        let isDone = DispatchSemaphore(value: 0)
        queue.async { [shop] in
            do { for letter in letters { try shop.post([letter]) } } catch { failure.set(error) }
            isDone.signal()
        }
        try shop.erase(Int64(seed), phone)
        isDone.wait()
        if let error = failure.error { throw error }
    }

    func problems() throws -> [String] {
        let texts = try shop.texts(like: "race-\(seed)-")
        let counts = texts.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return old.filter { counts[$0.text] != nil }.map { "back: \($0.text)" }
            + (others + new).filter { counts[$0.text] != 1 }.map { "\(counts[$0.text] ?? 0) times: \($0.text)" }
    }
}

private final class Failure: @unchecked Sendable {  // Written by one thread, read after it has signalled.
    private(set) var error: (any Error)?

    func set(_ error: any Error) { self.error = error }
}

/// A letter of an invented person, sent a second ago.
private struct RaceLetter: Sendable {
    let phone, text, id: String
    let sentAt: Timestamp

    init(_ shop: RaceShop, _ phone: String, _ name: String, _ number: Int) {
        self.phone = phone
        text = "\(name)-\(phone)-\(number)"
        id = "wamid.\(name).\(phone).\(number)"
        sentAt = shop.rig.time.now.adding(milliseconds: -1000)
    }
}

/// A customer with one WhatsApp number over the rig.
private final class RaceShop: @unchecked Sendable {  // Nothing of it changes.
    static let batch = 100

    let rig: DeliveryRig
    private let workspace: WorkspaceID
    private let account = Account(.whatsapp, "106540352242922")
    private let erasure: RealErasure

    init(placesTombstones: Bool = true) throws {
        rig = try DeliveryRig()
        let open = OpenWorkspace(
            key: RequestKey("race"), name: "Shop (invented)", market: .international, policyVersion: "2026-06-19",
            agreementVersion: "2026-01", onDeletion: .erase)
        workspace = try rig.intake(open).workspace
        let attestation = Attestation(
            member: "member-1", textVersion: "2026-01", attestedAt: rig.time.now, rights: true, notices: true, consents: true)
        _ = try rig.intake(
            ConnectChannel(key: RequestKey("race"), workspace: workspace, account: account, attestation: attestation, business: "2001"))
        erasure = RealErasure(rig: rig, accounts: [account], digester: try rig.digester(), placesTombstones: placesTombstones)
    }

    func post(_ letters: [RaceLetter]) throws {
        guard !letters.isEmpty else { return }
        let messages = letters.map {
            #"{"from":"\#($0.phone)","id":"\#($0.id)","timestamp":"\#($0.sentAt.rawValue / 1000)","type":"text","text":{"body":"\#($0.text)"}}"#
        }
        let body =
            #"{"object":"whatsapp_business_account","entry":[{"id":"2001","changes":[{"field":"messages","value":{"messaging_product":"#
            + #""whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"\#(account.id)"},"messages":["#
            + messages.joined(separator: ",") + "]}}]}]}"
        try rig.post([(.whatsapp, body)])
    }

    func erase(_ deletion: Int64, _ phone: String, between: (Int) throws -> Void = { _ in }) throws {
        let subject = Subject(workspace: workspace, aliases: [Alias(.whatsapp, .phone, phone)])
        try erasure.erase(deletion, subject, between: between)
    }

    /// Of the messages that are stored, those that begin so.
    func texts(like name: String) throws -> [String] {
        try rig.storeDatabase.read { connection in
            var texts: [String] = []
            try connection.each("SELECT text FROM messages WHERE text LIKE ?", .text("\(name)%")) { texts.append($0.text(0)) }
            return texts
        }
    }

    /// Those of the numbers, all of one length, that stand in any byte of the folder's files.
    func standing(_ numbers: Set<String>) throws -> Set<String> {
        let wanted = Set(numbers.map { Array($0.utf8) })
        let length = wanted.first?.count ?? 0
        var found: Set<[UInt8]> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: rig.folder.path) where name.contains(".sqlite") {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: rig.folder.path(name))))
            var digits = 0
            for (place, byte) in bytes.enumerated() {
                digits = (48...57).contains(byte) ? digits + 1 : 0
                guard digits >= length else { continue }
                let number = Array(bytes[(place + 1 - length)...place])
                if wanted.contains(number) { found.insert(number) }
            }
        }
        return Set(found.map { String(decoding: $0, as: UTF8.self) })
    }
}
