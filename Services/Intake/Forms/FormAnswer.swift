import Domain
import HTTP
import Wire

/// The answer to one submission: a page for a browser, JSON for a program.
struct FormAnswer: Sendable {
    let page: FormPage
    let isJSON: Bool
    let reply: HTTPReply

    func taken(_ form: FormID) {
        guard isJSON else { return reply.send(.seeOther("\(FormPage.thanksPath(page.kind))\(form.rawValue)")) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("reference")
        writer.int(form.rawValue)
        writer.endObject()
        reply.send(.json(writer.bytes, .created))
    }

    func problems(_ problems: [CheckedForm.Problem], _ sent: FormSubmission, key: String) {
        reply.send(
            isJSON
                ? .json(FormAnswer.json(problems), .unprocessableContent)
                : .html(page.form(sent, problems, key: key), .unprocessableContent))
    }

    /// No field is to blame.
    func failure(_ status: HTTPStatus, _ message: String, retryAfterSeconds: Int64? = nil) {
        var response =
            isJSON
            ? HTTPResponse.json(FormAnswer.json([CheckedForm.Problem(field: "", message: message)]), status)
            : .html(page.failure(message), status)
        if let retryAfterSeconds { response.add("Retry-After", String(retryAfterSeconds)) }
        reply.send(response)
    }

    private static func json(_ problems: [CheckedForm.Problem]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("errors")
        writer.beginArray()
        for problem in problems {
            writer.beginObject()
            writer.name("field")
            writer.string(problem.field)
            writer.name("message")
            writer.string(problem.message)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
