import HTTP
import IntakeContracts

/// The pages on which people write to Botseller. What they typed comes back escaped, with what is wrong beside it.
struct FormPage {
    static let stylePath = "/forms/style.css"
    static let trapField = "website"
    /// The version of `newsText`, which is what people agree to.
    static let newsTextVersion = "news-2026-06"
    static let newsText =
        "Send me news about the product by e-mail. I can take this back at any time, by a mail or on the data deletion page."

    /// Those that have a page.
    static let kinds: [Form.Kind] = [.contact, .demo, .support]

    let kind: Form.Kind
    let configuration: IntakeConfiguration

    static func path(_ kind: Form.Kind) -> String { "/\(kind.rawValue)" }
    static func thanksPath(_ kind: Form.Kind) -> String { "\(path(kind))/thanks/" }

    /// Whether the page offers news, which rest on consent: not where a customer needs help.
    static func offersNews(_ kind: Form.Kind) -> Bool { kind == .contact || kind == .demo }

    // MARK: Pages

    /// The form, empty or as it was sent, with what is wrong with it.
    /// - Parameter key: makes this page's submission known when it comes twice.
    func form(_ sent: FormSubmission = FormSubmission(), _ problems: [CheckedForm.Problem] = [], key: String) -> String {
        let entry = sent.entry
        let values: [CheckedForm.Field: String] = [
            .name: entry.name, .company: entry.company ?? "", .email: entry.email, .phone: entry.phone ?? "", .message: entry.message ?? ""
        ]
        var body = "\(summary(problems))<h1>\(text(words.title))</h1>\n<p>\(text(words.introduction))</p>\n"
        body += "<form method=\"post\" action=\"\(FormPage.path(kind))\" novalidate>\n"
        for field in CheckedForm.Field.allCases { body += self.field(field, values[field] ?? "", problems) }
        if FormPage.offersNews(kind) { body += news(isTicked: sent.wantsNews) }
        body += trap(sent.trap, problems)
        body += hidden("policyVersion", configuration.policyVersion)
        body += hidden("agreementVersion", configuration.agreementVersion) + hidden("key", key)
        body += "<button type=\"submit\">\(text(words.button))</button>\n</form>\n\(notice)"
        return page(problems.isEmpty ? words.title : "Error: \(words.title)", body, isListed: problems.isEmpty)
    }

    func thanks(reference: String) -> String {
        page(
            "Thank you",
            """
            <h1>Thank you</h1>
            <p class="state">\(text(words.thanks)) Your reference number is <strong>\(text(reference))</strong>.</p>
            \(notice)
            """)
    }

    /// Why a form was not taken, where no field is to blame.
    func failure(_ message: String) -> String {
        page(
            "Your message was not sent",
            """
            <h1>Your message was not sent</h1>
            <p class="state" role="alert">\(text(message))</p>
            <p><a href="\(FormPage.path(kind))">Back to the form</a></p>
            """)
    }

    private func page(_ title: String, _ body: String, isListed: Bool = false) -> String {
        HTMLPage.html(title: title, stylePath: FormPage.stylePath, body: body, isListed: isListed)
    }

    // MARK: Pieces

    /// All that is wrong, first on the page, each leading to its field (WCAG 2.2, technique G139).
    private func summary(_ problems: [CheckedForm.Problem]) -> String {
        guard !problems.isEmpty else { return "" }
        let items = problems.map { "<li><a href=\"#\(text($0.field))\">\(text($0.message))</a></li>\n" }.joined()
        return """
            <div class="problems" role="alert" aria-labelledby="problems" tabindex="-1" autofocus>
            <h2 id="problems">Your message was not sent yet</h2>
            <ul>
            \(items)</ul>
            </div>

            """
    }

    private func field(_ field: CheckedForm.Field, _ value: String, _ problems: [CheckedForm.Problem]) -> String {
        let (name, control) = (field.rawValue, field.control)
        let isNeeded = CheckedForm.needed(for: kind).contains(field)
        let problem = problems.first { $0.field == name }
        var notes: [String] = []
        var html = "<div class=\"field\">\n<label for=\"\(name)\">\(control.label)"
        html += isNeeded ? "</label>\n" : " <span class=\"optional\">(optional)</span></label>\n"
        if let hint = control.hint {
            html += "<span class=\"hint\" id=\"\(name)-hint\">\(text(hint))</span>\n"
            notes.append("\(name)-hint")
        }
        if let problem {
            html += "<span class=\"problem\" id=\"\(name)-problem\">\(text(problem.message))</span>\n"
            notes.append("\(name)-problem")
        }
        var attributes = "id=\"\(name)\" name=\"\(name)\" maxlength=\"\(control.lengthMax)\" autocomplete=\"\(control.autocomplete)\""
        if isNeeded { attributes += " required" }
        if problem != nil { attributes += " aria-invalid=\"true\"" }
        if !notes.isEmpty { attributes += " aria-describedby=\"\(notes.joined(separator: " "))\"" }
        // A line break right behind the tag is dropped by browsers: the first one typed would be.
        html +=
            field == .message
            ? "<textarea \(attributes)>\n\(text(value))</textarea>"
            : "<input type=\"\(control.type)\" \(attributes) value=\"\(text(value))\">"
        return html + "\n</div>\n"
    }

    /// Never ticked by us: only as the person sent it.
    private func news(isTicked: Bool) -> String {
        """
        <div class="field choice">
        <input type="checkbox" id="news" name="news" value="yes"\(isTicked ? " checked" : "")>
        <label for="news">\(text(FormPage.newsText)) <span class="optional">(optional)</span></label>
        </div>

        """
    }

    /// Hidden from everybody who sees or hears the page, until it was filled in all the same: then it says what to do.
    private func trap(_ value: String, _ problems: [CheckedForm.Problem]) -> String {
        let name = FormPage.trapField
        let problem = problems.first { $0.field == name }.map { "<span class=\"problem\">\(text($0.message))</span>\n" }
        return """
            <div class="\(problem == nil ? "trap\" aria-hidden=\"true" : "field")">
            <label for="\(name)">Leave this empty</label>
            \(problem ?? "")<input type="text" id="\(name)" name="\(name)" value="\(text(value))" autocomplete="off"\(problem == nil ? " tabindex=\"-1\"" : "")>
            </div>

            """
    }

    private func hidden(_ name: String, _ value: String) -> String { "<input type=\"hidden\" name=\"\(name)\" value=\"\(text(value))\">\n" }

    private var notice: String {
        """
        <div class="notice">
        <h2>Your data</h2>
        <p>\(text(words.use)) It is deleted after \(kind.retention.length).\(FormPage.offersNews(kind) ? " News are sent only with your consent." : "")</p>
        <p id="policyVersion">Version \(text(configuration.policyVersion)) of our <a href="\(text(configuration.policyURL))">personal data processing policy</a> \
        applies, and <span id="agreementVersion">version \(text(configuration.agreementVersion))</span> of our \
        <a href="\(text(configuration.termsURL))">terms of use</a>. You can ask for <a href="\(text(configuration.deletionURL))">deletion of your data</a> at any time.</p>
        </div>

        """
    }

    private var words: FormWords { FormWords(kind) }

    private func text(_ text: String) -> String { HTMLEscape.text(text) }
}

extension CheckedForm.Field {
    fileprivate struct Control {
        let label: String
        let type: String
        /// WHATWG HTML §4.10.18.7: lets people and their assistive tools fill it in.
        let autocomplete: String
        let lengthMax: Int
        var hint: String?
    }

    fileprivate var control: Control {
        switch self {
        case .name: Control(label: "Your name", type: "text", autocomplete: "name", lengthMax: FormEntry.nameLengthMax)
        case .company: Control(label: "Company", type: "text", autocomplete: "organization", lengthMax: FormEntry.nameLengthMax)
        case .email: Control(label: "E-mail", type: "email", autocomplete: "email", lengthMax: 254)
        case .phone:
            Control(
                label: "Business phone", type: "tel", autocomplete: "tel", lengthMax: 32,
                hint: "With the country code, for example +49301234567")
        case .message: Control(label: "Message", type: "", autocomplete: "off", lengthMax: FormEntry.messageLengthMax)
        }
    }
}
