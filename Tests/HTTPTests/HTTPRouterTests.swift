import HTTP
import Testing
import Threads

struct HTTPRouterTests {
    private let router: HTTPRouter = {
        var router = HTTPRouter()
        router.on(.get, "/") { _, reply in reply.send(.text("home")) }
        router.on(.get, "/demo") { _, reply in reply.send(.text("page")) }
        router.on(.post, "/demo") { _, reply in reply.send(.text("taken")) }
        router.on(.get, "/status/:code") { request, reply in reply.send(.text("code " + (request.parameter ?? "none"))) }
        router.on(.get, "/status/help") { _, reply in reply.send(.text("help")) }
        return router
    }()

    private func answer(_ method: HTTPMethod, _ target: String) throws -> HTTPResponse {
        let answer = Answer()
        router.handle(try HTTPRequest(method, target), HTTPReply { answer.response = $0 })
        return try #require(answer.response)
    }

    @Test(arguments: [
        ("/", "home"), ("/demo", "page"), ("/demo?a=b", "page"), ("/d%65mo", "page"), ("/status/a%20b", "code a b"),
        ("/status/help", "help")
    ])
    func aPathFindsItsHandler(_ target: String, _ text: String) throws {
        #expect(try answer(.get, target).body == Array(text.utf8))
    }

    @Test(arguments: ["/nowhere", "/status", "/status/", "/status/a/b", "/demo/", "//demo", "/DEMO"])
    func anUnknownPathIs404(_ target: String) throws { #expect(try answer(.get, target).status == .notFound) }

    @Test func anotherMethodIs405WithAllow() throws {
        let response = try answer(.delete, "/demo")
        #expect(response.status == .methodNotAllowed)
        #expect(response.headers["Allow"] == "GET, HEAD, POST")
    }

    @Test func headIsAnsweredByGet() throws { #expect(try answer(.head, "/demo").status == .ok) }

    @Test func aSecondAnswerIsABug() async {
        await #expect(processExitsWith: .failure) {
            let reply = HTTPReply { _ in }
            reply.send(.empty(.ok))
            reply.send(.empty(.ok))
        }
        await #expect(processExitsWith: .success) { HTTPReply { _ in }.send(.empty(.ok)) }
    }

    @Test func aReplyThatIsLetGoAnswers500() throws {
        let answer = Answer()
        _ = HTTPReply { answer.response = $0 }
        #expect(try #require(answer.response).status == .internalServerError)
    }

    private final class Answer: @unchecked Sendable { var response: HTTPResponse? }
}
