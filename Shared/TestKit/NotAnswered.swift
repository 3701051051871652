import Wire

/// A refusal's reason or a fault's code in place of an answer.
public struct NotAnswered: Error, Equatable {
    public let method: String
    public let code: String
    public let message: String
}

extension Outcome {
    /// The answer itself; throws `NotAnswered` for a refusal or a fault.
    public func answer() throws -> R.Response {
        switch self {
        case .ok(let response): return response
        case .refused(let reason, let message): throw NotAnswered(method: R.contract.method, code: reason.rawValue, message: message)
        case .fault(let fault): throw NotAnswered(method: R.contract.method, code: fault.code.rawValue, message: fault.message)
        }
    }
}
