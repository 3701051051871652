import Domain
import Glibc
import TestKit
import Threads

/// Many people who write all the time, through a platform that repeats what it got no answer to, and out of order.
///
/// What it sends follows from its seed; when it sends it follows from the machine.
final class WebhookLoad: @unchecked Sendable {  // All mutable state is guarded by `lock`.
    static let threadCount = 2
    static let personCount = 60
    /// More than two threads can send in a run of some minutes: new letters come until its end.
    static let lettersOfOneMax = 2_000
    private static let lettersOfDeliveryMax = 4
    /// A platform waits longer.
    private static let pauseMicroseconds: UInt32 = 2_000

    private let shop: Shop
    private let seed: UInt64
    private let lock = Lock()
    private var sent = SentLetters()
    private var history: [[Letter]] = []
    private var letterCounts: [Person: Int] = [:]
    private var isStopping = false
    private var threads: [Thread] = []
    private var deliveryCount = 0

    init(_ shop: Shop, seed: UInt64) {
        self.shop = shop
        self.seed = seed
    }

    static let people = (0..<personCount).map { Person($0 % 2 == 0 ? .whatsapp : .instagram, $0) }

    func start() {
        threads = (0..<WebhookLoad.threadCount).map { index in
            Thread("load-\(index)") { [self] in run(SeededGenerator(seed: seed &+ UInt64(index) &+ 1)) }
        }
    }

    /// Ends the threads; what they sent.
    func stop() -> SentLetters {
        lock.withLock { isStopping = true }
        for thread in threads { thread.join() }
        threads = []
        return lock.withLock { sent }
    }

    /// Deliveries begun; each is tried until it is acknowledged.
    var deliveries: Int { lock.withLock { deliveryCount } }

    /// From now on this person writes nothing new. What they wrote before keeps coming, for the first time or again.
    /// False when nothing of theirs has been acknowledged yet.
    func ends(_ person: Person) -> Bool {
        lock.withLock {
            guard sent.letters.values.contains(where: { $0.person == person && sent.isAcknowledged[$0.text] == true }) else { return false }
            sent.erased.insert(person)
            return true
        }
    }

    // MARK: Threads

    private func run(_ generator: SeededGenerator) {
        var random = generator
        var door: WebhookClient?
        while let letters = next(&random) {
            while !isDelivered(letters, &door), !lock.withLock({ isStopping }) {
                usleep(WebhookLoad.pauseMicroseconds)  // A platform retries after a while, too.
            }
        }
    }

    /// One try. When intake is killed meanwhile nobody knows what became of it: so it comes again, as a platform's would.
    private func isDelivered(_ letters: [Letter], _ door: inout WebhookClient?) -> Bool {
        do {
            let open = try door ?? shop.mesh.webhooks()
            door = open
            guard try shop.deliver(letters, through: open) == 200 else { return false }
        } catch {
            door = nil
            return false
        }
        lock.withLock { sent.acknowledged(letters) }
        return true
    }

    private func next(_ random: inout SeededGenerator) -> [Letter]? {
        lock.withLock {
            guard !isStopping else { return nil }
            deliveryCount += 1
            if !history.isEmpty, Int.random(in: 0..<4, using: &random) == 0 { return history.randomElement(using: &random) }
            let platform: Platform = Bool.random(using: &random) ? .whatsapp : .instagram
            let writers = WebhookLoad.people.filter { $0.platform == platform && !sent.erased.contains($0) && hasMore($0) }
            let letters = (0..<Int.random(in: 1...WebhookLoad.lettersOfDeliveryMax, using: &random)).compactMap { _ in
                writers.randomElement(using: &random).map { newLetter(from: $0, &random) }
            }
            guard !letters.isEmpty else { return history.randomElement(using: &random) }
            sent.willSend(letters)
            history.append(letters)
            return letters
        }
    }

    private func hasMore(_ person: Person) -> Bool { letterCounts[person, default: 0] < WebhookLoad.lettersOfOneMax }

    /// Written some time in the last hour: the platform's order is no order.
    private func newLetter(from person: Person, _ random: inout SeededGenerator) -> Letter {
        let number = letterCounts[person, default: 0]
        letterCounts[person] = number + 1
        return Letter(from: person, number, sentAt: shop.now.adding(milliseconds: -Int64.random(in: 1...3_600_000, using: &random)))
    }
}
