import Domain
import IntakeContracts

/// What somebody typed, found good: trimmed, with contacts in their one form.
struct CheckedForm: Sendable {
    /// A field by the name that it has on the page, in JSON and in a fault.
    enum Field: String, CaseIterable, Sendable { case name, company, email, phone, message }

    /// What is wrong with a field, in words for whoever typed it; never what they typed.
    struct Problem: Error, Equatable, Sendable {
        let field: String
        let message: String
    }

    struct Problems: Error { let all: [Problem] }

    let kind: Form.Kind
    let name: String
    let company: String?
    let email: Contact
    let phone: Contact?
    let message: String?

    /// Which fields a kind of form can't do without.
    static func needed(for kind: Form.Kind) -> [Field] {
        switch kind {
        case .contact, .support: [.name, .email, .message]
        case .demo: [.name, .company, .email]
        case .news: [.name, .email]
        }
    }

    init(_ entry: FormEntry, as kind: Form.Kind) throws(Problems) {
        var problems: [Problem] = []
        let needed = CheckedForm.needed(for: kind)
        func text(_ field: Field, _ typed: String?, max: Int, allowing controls: Set<Unicode.Scalar> = []) -> String? {
            let text = (typed ?? "").withoutBlankEnds
            func wrong(_ message: String) -> String? {
                problems.append(Problem(field: field.rawValue, message: message))
                return nil
            }
            if text.isEmpty { return needed.contains(field) ? wrong(field.request) : nil }
            if text.unicodeScalars.count > max { return wrong("Please use at most \(max) characters.") }
            let isClean = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control || controls.contains($0) }
            return isClean ? text : wrong("Please leave out control characters.")
        }
        func contact(_ field: Field, _ typed: String?, max: Int, _ read: (String) -> Contact?, else message: String) -> Contact? {
            guard let text = text(field, typed, max: max) else { return nil }
            let contact = read(text)
            if contact == nil { problems.append(Problem(field: field.rawValue, message: message)) }
            return contact
        }
        let name = text(.name, entry.name, max: FormEntry.nameLengthMax)
        company = text(.company, entry.company, max: FormEntry.nameLengthMax)
        let email = contact(
            .email, entry.email, max: Contact.emailLengthMax, Contact.init(email:),
            else: "Please check the address: it should look like name@example.com.")
        phone = contact(
            .phone, entry.phone, max: Contact.phoneLengthMax, Contact.init(phone:),
            else: "Please begin with the country code, without (0), for example +49301234567.")
        // Forms break lines with CR LF (WHATWG HTML §4.10.22), people with whatever their system has.
        let lines = entry.message?.replacing("\r\n", with: "\n")
        message = text(.message, lines, max: FormEntry.messageLengthMax, allowing: ["\n", "\t"])
        guard problems.isEmpty, let name, let email else { throw Problems(all: problems) }
        self.kind = kind
        self.name = name
        self.email = email
    }

    /// The wish for news that the sender of another form adds to it: only what it needs.
    init(newsFor other: CheckedForm) {
        kind = .news
        name = other.name
        email = other.email
        (company, phone, message) = (nil, nil, nil)
    }

    var contacts: [Contact] { [email] + (phone.map { [$0] } ?? []) }
}

extension CheckedForm.Field {
    /// What to say when it is empty and may not be.
    fileprivate var request: String {
        switch self {
        case .name: "Please tell us your name."
        case .company: "Please tell us the name of your company."
        case .email: "Please give an e-mail address that we can answer to."
        case .phone: "Please give a phone number."
        case .message: "Please write what it is about."
        }
    }
}

extension String {
    /// Without white space at its ends.
    fileprivate var withoutBlankEnds: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
