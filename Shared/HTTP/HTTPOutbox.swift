import Net
import Threads

/// The sending side of a connection: any thread may answer, the loop sends what the socket didn't take.
final class HTTPOutbox: @unchecked Sendable {
    // `lock` guards every variable below. Only the loop closes, under the lock, so a sender never meets a descriptor used anew.

    enum Outcome: Equatable, Sendable {
        /// The kernel has all of it.
        case sent
        /// The rest waits for the socket.
        case pending
        /// The peer is gone.
        case broken
        /// The exchange was over already: nothing was sent.
        case void
    }

    private let lock = Lock()
    private let socket: Socket
    private var isOpen = true
    private var exchange: UInt64 = 0
    private var unsent: [UInt8] = []
    private var unsentStart = 0

    init(_ socket: Socket) { self.socket = socket }

    /// From now on, the first answer that names `exchange` is sent.
    func open(_ exchange: UInt64) { lock.withLock { self.exchange = exchange } }

    /// Sends the response to `exchange`, once.
    func answer(_ exchange: UInt64, _ bytes: [UInt8]) -> Outcome {
        lock.withLock {
            guard exchange == self.exchange, isOpen else { return .void }
            self.exchange = 0
            return put(bytes)
        }
    }

    /// Sends what belongs to no request: a refusal, "100 Continue".
    func send(_ bytes: [UInt8]) -> Outcome { lock.withLock { isOpen ? put(bytes) : .void } }

    /// Tries again what waits. `progressed` says whether the peer took anything.
    func flush() -> (outcome: Outcome, progressed: Bool) {
        lock.withLock {
            guard isOpen else { return (.void, false) }
            let before = unsentStart
            let outcome = push()
            return (outcome, outcome == .sent || unsentStart > before)
        }
    }

    func finishSending() { lock.withLock { if isOpen { socket.finishSending() } } }

    func close() {
        lock.withLock {
            guard isOpen else { return }
            isOpen = false
            unsent = []
            socket.close()
        }
    }

    private func put(_ bytes: [UInt8]) -> Outcome {
        if unsent.isEmpty { unsent = bytes } else { unsent.append(contentsOf: bytes) }
        return push()
    }

    private func push() -> Outcome {
        do throws(NetError) {
            while unsentStart < unsent.count {
                let count = try unsent.withUnsafeBufferPointer { (bytes) throws(NetError) in
                    try socket.send(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[unsentStart...])))
                }
                guard let count else { return .pending }
                unsentStart += count
            }
        } catch {
            // The peer's going away is an outcome here, not a fault: the connection closes and that is all there is to do.
            return .broken
        }
        unsent = []
        unsentStart = 0
        return .sent
    }
}
