import Foundation
import Policy
import Runtime
import TestKit

/// How many kills, of whom and when: as a seed says.
struct KillPlan {
    static let killCountDefault = 120
    static let pauseMicroseconds: ClosedRange<UInt32> = 30_000...80_000
    /// Every so many kills a person asks to be erased.
    static let killsPerErasure = 10

    let killCount: Int
    let seed: UInt64
    private var random: SeededGenerator

    /// `TEST_KILLS` asks for a longer run, `TEST_SEED` for one that was seen before.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        killCount = environment["TEST_KILLS"].flatMap { Int($0) } ?? KillPlan.killCountDefault
        seed = environment["TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999)
        random = SeededGenerator(seed: seed)
    }

    struct Kill {
        let service: Peer
        /// Milliseconds after which the process is killed once more while it starts; nil lets it start.
        let againAfterMicroseconds: UInt32?
        let pauseMicroseconds: UInt32
    }

    /// The next: each service in turn in a shuffled order, so that none is spared.
    mutating func next(_ index: Int) -> Kill {
        if index % MeshPlan.services.count == 0 { order = MeshPlan.services.shuffled(using: &random) }
        let isAgain = Int.random(in: 0..<5, using: &random) == 0
        return Kill(
            service: order[index % MeshPlan.services.count],
            againAfterMicroseconds: isAgain ? UInt32.random(in: 0...40_000, using: &random) : nil,
            pauseMicroseconds: UInt32.random(in: KillPlan.pauseMicroseconds, using: &random))
    }

    private var order: [Peer] = []

    mutating func nextPerson() -> Person { WebhookLoad.people.randomElement(using: &random) ?? WebhookLoad.people[0] }
}
