/// Finds the handler of a request by method and path; answers 404 and 405 itself.
///
/// A pattern is an absolute path ("/healthz") or one that ends in a parameter ("/data-deletion/status/:code"), which takes exactly
/// one segment that is not empty. The exact path goes first. A GET route answers HEAD too; the server leaves the body out.
public struct HTTPRouter: Sendable {
    private typealias Methods = [HTTPMethod: HTTPHandler]

    private var exact: [[String]: Methods] = [:]
    private var parameterized: [[String]: Methods] = [:]

    public init() {}

    /// Registers a handler. A malformed pattern, or the same method and pattern twice, is a bug.
    public mutating func on(_ method: HTTPMethod, _ pattern: String, _ handler: @escaping HTTPHandler) {
        precondition(pattern.first == "/", "a route's pattern begins with a slash")
        var segments = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if pattern == "/" { segments = [] }
        let takesParameter = segments.last?.first == ":"
        if takesParameter { segments.removeLast() }
        precondition(segments.allSatisfy { $0.first != ":" }, "a route has one parameter, at its end")
        let previous =
            takesParameter
            ? parameterized[segments, default: [:]].updateValue(handler, forKey: method)
            : exact[segments, default: [:]].updateValue(handler, forKey: method)
        precondition(previous == nil, "a route is registered once")
    }

    /// Hands the request to its handler; 404 for an unknown path, 405 with Allow for a method that the path doesn't have.
    public func handle(_ request: HTTPRequest, _ reply: HTTPReply) {
        if let methods = exact[request.segments] { return HTTPRouter.choose(methods, request, reply) }
        if let last = request.segments.last, !last.isEmpty, let methods = parameterized[request.segments.dropLast()] {
            var request = request
            request.parameter = last
            return HTTPRouter.choose(methods, request, reply)
        }
        reply.send(.text("Not found.\n", .notFound))
    }

    private static func choose(_ methods: Methods, _ request: HTTPRequest, _ reply: HTTPReply) {
        if let handler = methods[request.method] ?? (request.method == .head ? methods[.get] : nil) { return handler(request, reply) }
        var allowed = Set(methods.keys.map(\.rawValue))
        if methods[.get] != nil { allowed.insert(HTTPMethod.head.rawValue) }
        reply.send(.text("Method not allowed.\n", .methodNotAllowed).adding("Allow", allowed.sorted().joined(separator: ", ")))
    }
}

extension [[String]: [HTTPMethod: HTTPHandler]] {
    fileprivate subscript(segments: ArraySlice<String>) -> [HTTPMethod: HTTPHandler]? { self[Array(segments)] }
}
