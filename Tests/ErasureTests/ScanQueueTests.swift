import Domain
import Foundation
import HolderContracts
import Runtime
import TestKit
import Testing
import Threads

@testable import Erasure

@Suite struct ScanQueueTests {
    /// Scans that were made, and a gate before the first one's end.
    private final class Scans: @unchecked Sendable {  // `batches` is guarded by `lock`.
        private let lock = Lock()
        private var batches: [[String]] = []
        let begun = DispatchSemaphore(value: 0)
        let mayEnd = DispatchSemaphore(value: 0)

        var names: [[String]] { lock.withLock { batches } }

        func scan(_ subjects: [Subject]) throws -> [ScanResult] {
            let isFirst = lock.withLock {
                batches.append(subjects.map { $0.aliases[0].value })
                return batches.count == 1
            }
            if isFirst {
                begun.signal()
                mayEnd.wait()
            }
            return subjects.map { subject in
                var result = ScanResult()
                result.bytes = Int64(subject.aliases[0].value) ?? 0
                return result
            }
        }
    }

    private func subject(_ number: Int) -> Subject {
        Subject(workspace: WorkspaceID(rawValue: "ws_one"), aliases: [Alias(.whatsapp, .phone, "\(491_700_000_000 + number)")])
    }

    private func waits(_ queue: ScanQueue, _ number: Int) -> Answer<Result<ScanResult, any Error>>? {
        let answer = Answer<Result<ScanResult, any Error>>()
        return queue.add(subject(number)) { answer.fill($0) } ? answer : nil
    }

    @Test func whoWaitsIsLookedForInOneScanAndHearsOfThemselves() throws {
        let scans = Scans()
        let queue = ScanQueue(System.real()) { try scans.scan($0) }
        let first = try #require(waits(queue, 0))
        scans.begun.wait()
        let others = try (1...20).map { try #require(waits(queue, $0)) }
        scans.mayEnd.signal()

        #expect(try first.wait().get().bytes == 491_700_000_000)
        for (index, answer) in others.enumerated() { #expect(try answer.wait().get().bytes == Int64(491_700_000_001 + index)) }
        #expect(scans.names.map(\.count) == [1, 20])
    }

    @Test func onlySoManyWait() throws {
        let scans = Scans()
        let queue = ScanQueue(System.real()) { try scans.scan($0) }
        let first = try #require(waits(queue, 0))
        scans.begun.wait()
        let others = try (1...ScanQueue.countMax).map { try #require(waits(queue, $0)) }
        #expect(waits(queue, 1000) == nil)
        scans.mayEnd.signal()
        for answer in [first] + others { _ = try answer.wait().get() }
        #expect(scans.names.flatMap { $0 }.count == ScanQueue.countMax + 1)
    }

    @Test func whoHasNoNameThatCanBeLookedForIsToldSo() {
        let queue = ScanQueue(System.real()) { _ in [] }
        let answer = Answer<Result<ScanResult, any Error>>()
        let short = Subject(workspace: WorkspaceID(rawValue: "ws_one"), aliases: [Alias(.whatsapp, .phone, "49")])
        #expect(queue.add(short) { answer.fill($0) })
        #expect(throws: NothingToLookFor.self) { try answer.wait().get() }
    }
}
