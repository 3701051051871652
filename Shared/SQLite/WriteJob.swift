/// One accepted piece of work: runs on the writer's thread inside a transaction, and is answered after the commit.
///
/// A closure over the concrete type, made where `submit` is called: a generic class costs a search for its metadata at every step.
@usableFromInline
struct WriteJob {
    @usableFromInline
    enum Step {
        /// Run the work and keep its result; false when it threw. A second run replaces the first.
        case perform(Connection)
        /// Replace the result: the transaction that it was part of did not end well.
        case fail(any Error)
        /// Hand the result over; once.
        case complete
    }

    @usableFromInline let operation: String
    @usableFromInline let step: (Step) -> Bool

    @inlinable
    init<Value: Sendable>(
        _ operation: String, _ work: @escaping @Sendable (Connection) throws -> Value,
        _ completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        self.operation = operation
        var result: Result<Value, any Error>?
        step = { step in
            switch step {
            case .perform(let connection):
                do {
                    result = .success(try work(connection))
                    return true
                } catch {
                    result = .failure(error)
                    return false
                }
            case .fail(let error):
                result = .failure(error)
                return false
            case .complete:
                guard let known = result else { preconditionFailure("a job is answered after it has a result") }
                completion(known)
                return true
            }
        }
    }

    func perform(_ connection: Connection) -> Bool { step(.perform(connection)) }
    func fail(_ error: any Error) { _ = step(.fail(error)) }
    func complete() { _ = step(.complete) }
}
