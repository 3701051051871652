import Testing

@testable import HTTP

struct HTTPValueTests {
    @Test func aFormIsReadInOrder() throws {
        let form = try FormURLEncoded(Array("name=Ana+Lima&&mail=ana%40example.org&flag&empty=&name=b%3Dc=d".utf8))
        #expect(form.items.map(\.name) == ["name", "mail", "flag", "empty", "name"])
        #expect(form.items.map(\.value) == ["Ana Lima", "ana@example.org", "", "", "b=c=d"])
        #expect(form["name"] == "Ana Lima")
        #expect(form["absent"] == nil)
        #expect(form.values("name").count == 2)
        #expect(try FormURLEncoded([UInt8]()).items.isEmpty)
        #expect(try FormURLEncoded(Array("text=a%0D%0Ab".utf8))["text"] == "a\r\nb")
    }

    @Test(arguments: ["a=%", "a=%4", "a=%4g", "a=%ff", "a=%C3", "a=b c", "a=\u{e9}", "a=\n", "a=%00", "%00=a", "a=%ed%a0%80"])
    func aMalformedFormIsRefused(_ text: String) {
        #expect(throws: FormURLEncoded.Malformed()) { try FormURLEncoded(Array(text.utf8)) }
    }

    @Test func aFormHasAtMostSoManyFields() throws {
        let most = Array(repeating: "a=b", count: FormURLEncoded.itemCountMax)
        #expect(try FormURLEncoded(Array(most.joined(separator: "&").utf8)).items.count == FormURLEncoded.itemCountMax)
        #expect(throws: FormURLEncoded.Malformed()) { try FormURLEncoded(Array((most + ["a=b"]).joined(separator: "&").utf8)) }
    }

    @Test func aFormOfAnotherTypeIsNoForm() throws {
        let headers = HTTPHeaders([.init(name: "Content-Type", value: "text/plain")])
        let request = try HTTPRequest(.post, "/demo", headers: headers, body: Array("a=b".utf8))
        #expect(throws: HTTPRequest.FormRefusal.notAForm) { try request.form() }
    }

    @Test func escapedTextCanNeitherOpenATagNorEndAnAttribute() {
        #expect(HTMLEscape.text("<b a=\"1\" b='2'>&é</b>") == "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;é&lt;/b&gt;")
    }

    @Test func aPageCarriesItsPolicy() {
        let page = HTTPResponse.html("<p>ok</p>")
        #expect(page.headers["content-security-policy"] == HTTPResponse.strictPolicy)
        #expect(page.headers["X-Content-Type-Options"] == "nosniff")
        #expect(page.headers["Cache-Control"] == "no-store")
        #expect(page.headers["Content-Type"] == "text/html; charset=utf-8")
    }

    @Test func aResponseIsWrittenToTheByte() {
        let response = HTTPResponse.json(Array("{}".utf8), .created)
        let date = HTTPDate.format(784_111_777)
        let head = "HTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: application/json\r\n"
        let rest = "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nContent-Length: 2\r\n"
        func text(_ forHead: Bool, _ close: Bool, _ toVersion10: Bool) -> String {
            String(decoding: response.serialized(date: date, close: close, forHead: forHead, toVersion10: toVersion10), as: UTF8.self)
        }
        #expect(text(false, false, false) == head + rest + "\r\n{}")
        #expect(text(true, true, false) == head + rest + "Connection: close\r\n\r\n")
        #expect(text(false, false, true) == head + rest + "Connection: keep-alive\r\n\r\n{}")
        let none = HTTPResponse.empty(.noContent).serialized(date: "D", close: false, forHead: false, toVersion10: false)
        #expect(String(decoding: none, as: UTF8.self) == "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n")
    }

    @Test func aHeaderThatWouldSplitTheResponseIsABug() async {
        await #expect(processExitsWith: .failure) { _ = HTTPResponse.seeOther("/a\r\nSet-Cookie: b") }
        await #expect(processExitsWith: .failure) { _ = HTTPResponse.empty(.ok).adding("Content-Length", "5") }
        await #expect(processExitsWith: .success) { _ = HTTPResponse.seeOther("/a") }
    }
}
