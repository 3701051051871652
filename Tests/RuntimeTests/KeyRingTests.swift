import Foundation
import Policy
import TestKit
import Testing
import Threads
import Wire

@testable import Runtime

/// Programs come, go and get new keys while a service runs.
@Suite struct KeyRingTests {
    private let folder: TemporaryFolder
    private let keys: KeyFolder
    private let problems = Problems()
    private let ring: KeyRing

    init() throws {
        folder = try TemporaryFolder()
        keys = KeyFolder(dataFolder: folder.path)
        try KeyFolder.createMissing(dataFolder: folder.path)
        ring = try KeyRing(keys, of: .intake) { [problems] in problems.add($0.description) }
    }

    private func createLinks(_ peer: String) throws {
        try keys.createLinks(of: peer) { [UInt8](repeating: UInt8(peer.utf8.count), count: $0) }
    }

    @Test func aProgramsKeysCountFromWhenTheyAreThereUntilTheyAreGone() throws {
        #expect(ring.secret("shop-gateway", "k1") == nil)
        try createLinks("shop-gateway")
        // At once, and within the same tick of the file system's clock as the look before and the next file.
        #expect(ring.secret("shop-gateway", "k1") != nil)
        try createLinks("shop-assistant")
        #expect(ring.secret("shop-assistant", "k1") != nil)
        try keys.removeLinks(of: "shop-gateway")
        #expect(ring.secret("shop-gateway", "k1") == nil)
        #expect(ring.secret("shop-assistant", "k1") != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: keys.path).filter { $0.hasPrefix("shop-gateway--") } == [])
        #expect(problems.all == [])
    }

    @Test func aNameMayEndWithADash() throws {
        try createLinks("shop-")
        #expect(ring.secret("shop-", "k1") != nil)
        #expect(ring.secret("shop", "k1") == nil)
        try keys.removeLinks(of: "shop-")
        #expect(try FileManager.default.contentsOfDirectory(atPath: keys.path).filter { $0.hasPrefix("shop") } == [])
    }

    @Test func keysThatAreThereStay() throws {
        try createLinks("shop-gateway")
        let first = ring.secret("shop-gateway", "k1")
        try keys.createLinks(of: "shop-gateway") { [UInt8](repeating: 99, count: $0) }
        #expect(ring.secret("shop-gateway", "k1") == first)
    }

    @Test func aBrokenKeyLocksNobodyElseOutAndIsTold() throws {
        try Data("no key".utf8).write(to: URL(fileURLWithPath: "\(keys.path)/other--intake.k1.key"))
        #expect(ring.secret("operator", "k1") != nil)
        #expect(problems.all.contains { $0.contains("other--intake.k1.key") })
    }

    @Test func kindsOfOthersAreWhatWhoKnowsThemSays() {
        #expect(ring.kind(of: "operator") == .operator)
        #expect(ring.kind(of: "gateway") == nil && ring.kind(of: "shop-gateway") == nil)
        ring.know { $0 == "shop-gateway" ? .gateway : nil }
        #expect(ring.kind(of: "shop-gateway") == .gateway)
        #expect(ring.kind(of: "gateway") == nil)
    }
}

private final class Problems: @unchecked Sendable {  // Guarded by `lock`.
    private let lock = Lock()
    private var texts: [String] = []

    func add(_ text: String) { lock.withLock { texts.append(text) } }
    var all: [String] { lock.withLock { texts } }
}
