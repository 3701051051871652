import Digest
import Domain
import HTTP
import IntakeContracts
import Wire

/// What a browser or a program posted to a form's page, not yet checked.
struct FormSubmission: Sendable {
    static let bodyBytesMax = 32 * 1024

    enum Refusal: Error { case tooLarge, notAForm, malformed }

    var entry = FormEntry()
    /// Whether the person ticked that they want news.
    var wantsNews = false
    var policyVersion = ""
    var agreementVersion = ""
    /// nil: that of the page.
    var market: Market?
    /// No person sees this field: who fills it in is a program that fills in everything.
    var trap = ""
    /// The same for a repeat: of the page as it was shown, or chosen by a program.
    var key = ""
    /// What is of another kind than its field.
    var unreadable: [CheckedForm.Problem] = []

    init() {}

    init(_ request: HTTPRequest) throws(Refusal) {
        guard request.body.count <= FormSubmission.bodyBytesMax else { throw .tooLarge }
        switch request.mediaType {
        case FormSubmission.json:
            do throws(WireError) { self.init(json: try JSONView(checking: request.body)) } catch { throw .malformed }
        case "application/x-www-form-urlencoded":
            do throws(HTTPRequest.FormRefusal) { self.init(form: try request.form()) } catch { throw .malformed }
        default: throw .notAForm
        }
    }

    static let json = "application/json"

    private init(form: FormURLEncoded) {
        entry = FormEntry(
            name: form["name"] ?? "", company: form["company"], email: form["email"] ?? "", phone: form["phone"],
            message: form["message"])
        wantsNews = form["news"] == "yes"
        policyVersion = form["policyVersion"] ?? ""
        agreementVersion = form["agreementVersion"] ?? ""
        trap = form[FormPage.trapField] ?? ""
        key = form["key"] ?? ""
        readMarket(form["market"])
    }

    private init(json: JSONView) {
        var unreadable: [CheckedForm.Problem] = []
        func text(_ name: String) -> String? {
            guard let value = json[name] else { return nil }
            if let text = value.string { return text }
            unreadable.append(CheckedForm.Problem(field: name, message: "Please give this as text."))
            return nil
        }
        entry = FormEntry(
            name: text("name") ?? "", company: text("company"), email: text("email") ?? "", phone: text("phone"), message: text("message"))
        policyVersion = text("policyVersion") ?? ""
        agreementVersion = text("agreementVersion") ?? ""
        trap = text(FormPage.trapField) ?? ""
        key = text("key") ?? ""
        let market = text("market")
        if let news = json["news"] {
            wantsNews = news.bool == true
            if news.bool == nil { unreadable.append(CheckedForm.Problem(field: "news", message: "Please give this as true or false.")) }
        }
        self.unreadable = unreadable
        readMarket(market)
    }

    /// Left empty is left out.
    private mutating func readMarket(_ word: String?) {
        guard let word, !word.isEmpty else { return }
        market = Market(word)
        if market == nil { unreadable.append(CheckedForm.Problem(field: "market", message: "Please give \(Market.rule).")) }
    }

    /// Everything that the sender decided: equal for a repeat, different for anything else.
    var fields: [UInt8] {
        FieldVisitor.write(entry) + Array("\n\(wantsNews)\n\(policyVersion)\n\(agreementVersion)\n\(market?.word ?? "")\n\(key)".utf8)
    }
}
