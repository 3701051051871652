import Foundation
import Policy
import Testing

@testable import Net

@Suite struct SendQueueTests {
    /// Two ends of one connection.
    private func pair() throws -> (queue: SendQueue, peer: Socket) {
        let listening = try ListeningSocket(host: "127.0.0.1", port: 0)
        let socket = try Socket.connect(to: listening.address, timeoutMilliseconds: 1000)
        let peer = try #require(try listening.accept(nonblocking: true))
        listening.close()
        return (SendQueue(socket, budget: nil, stallMillisecondsMax: 5000), peer)
    }

    private func arrived(_ peer: Socket) -> Int {
        var bytes = [UInt8](repeating: 0, count: 1024)
        return max(0, bytes.withUnsafeMutableBytes { peer.receiveNow(into: $0) })
    }

    @Test func aScopeHoldsFramesBackUntilItsEnd() throws {
        let (queue, peer) = try pair()

        FlushScope.run {
            queue.add([1, 2])
            FlushScope.run { queue.add([3]) }
            #expect(arrived(peer) == 0)
        }

        #expect(arrived(peer) == 3)
        queue.close()
        peer.close()
    }

    @Test func withoutAScopeAFrameLeavesAtOnce() throws {
        let (queue, peer) = try pair()
        queue.add([1, 2])
        #expect(arrived(peer) == 2)
        queue.close()
        peer.close()
    }

    @Test func anUrgentFrameTakesTheHeldOnesAlong() throws {
        let (queue, peer) = try pair()
        FlushScope.run {
            queue.add([1])
            queue.add([2], isUrgent: true)
            #expect(arrived(peer) == 2)
            queue.add([3])
            FlushScope.flushNow()
            #expect(arrived(peer) == 1)
        }
        queue.close()
        peer.close()
    }

    @Test func aClosedQueueDropsFramesSilently() throws {
        let (queue, peer) = try pair()
        queue.cut()
        #expect(queue.add([1]) == .taken)
        #expect(arrived(peer) == 0)
        queue.close()
        #expect(queue.add([1]) == .taken)
        peer.close()
    }

    @Test func aStalledQueueTakesNoMoreThanItsLimit() throws {
        let (queue, peer) = try pair()
        let piece = [UInt8](repeating: 0, count: 1 << 20)
        var taken = 0
        while queue.add(piece) == .taken, taken < 64 { taken += 1 }

        #expect(taken < 64)
        #expect(queue.lock.withLock({ queue.waiting }) <= SendQueue.waitingBytesMax)
        queue.close()
        #expect(queue.lock.withLock({ queue.waiting }) == 0)
        peer.close()
    }
}

@Suite struct MeshSlotsTests {
    @Test func strangersPeersAndReservedPlacesAreCounted() {
        var options = MeshListenerOptions()
        options.connectionCountMax = 3
        options.unidentifiedConnectionCountMax = 2
        options.reservedConnectionCount = 1
        var slots = MeshSlots(options)

        let strangers = (0..<3).map { _ in slots.arrive() }
        let peers = [Peer.intake, .intake].map { slots.identify($0) }
        let third = slots.arrive()
        let late = [Peer.intake, .operator].map { slots.identify($0) }
        let fourth = slots.arrive()
        slots.leave(.intake)
        let fifth = slots.arrive()

        #expect(strangers == [.enter, .enter, .cutOldestStranger])
        #expect(peers == [true, true])
        #expect(third == .enter && late == [false, true])
        #expect(fourth == .refuse && fifth == .enter)
        slots.leave(nil)
        slots.leave(.intake)
        slots.leave(.operator)
        #expect(slots.isEmpty)
    }
}
