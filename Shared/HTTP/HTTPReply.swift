import Threads

/// What the server calls for each request, on its loop's thread: it must not block. It answers through the reply, at once or later.
public typealias HTTPHandler = @Sendable (HTTPRequest, HTTPReply) -> Void

/// The right to answer one request, once, from any thread.
///
/// A reply that nobody holds any more and that was never sent answers 500, so that no peer waits for a lost request; the server
/// counts it.
public final class HTTPReply: @unchecked Sendable {  // `answer` is only touched under the lock.
    private let lock = Lock()
    private var answer: (@Sendable (HTTPResponse, _ wasLost: Bool) -> Void)?

    /// A reply as a test makes it: `answer` gets the response.
    public convenience init(_ answer: @escaping @Sendable (HTTPResponse) -> Void) {
        self.init(answer: { response, _ in answer(response) })
    }

    init(answer: @escaping @Sendable (HTTPResponse, _ wasLost: Bool) -> Void) { self.answer = answer }

    /// Sends the response, without blocking. Twice is a bug. Nothing happens if the peer is gone or the time to answer is over.
    public func send(_ response: HTTPResponse) {
        let answer = take()
        precondition(answer != nil, "a request is answered once")
        answer?(response, false)
    }

    deinit { answer?(.empty(.internalServerError), true) }

    private func take() -> (@Sendable (HTTPResponse, Bool) -> Void)? {
        lock.withLock {
            defer { answer = nil }
            return answer
        }
    }
}
