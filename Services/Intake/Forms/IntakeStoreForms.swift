import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import SQLite
import Wire

/// What people wrote to Botseller itself.
extension IntakeStore {
    /// A form, ready for its transaction.
    struct IncomingForm: Sendable {
        let checked: CheckedForm
        let key: RequestKey
        let fields: [UInt8]
        let market: Market
        let policyVersion: String
        let agreementVersion: String
        let submittedAt: Timestamp
        let receivedAt: Timestamp
        /// By which the sender's consents are known.
        let person: [UInt8]
        /// By which they are known to be erased.
        let names: [[UInt8]]

        init(
            _ checked: CheckedForm, key: RequestKey, fields: [UInt8], market: Market, policyVersion: String,
            agreementVersion: String, submittedAt: Timestamp, receivedAt: Timestamp, _ digests: IntakeDigests
        ) {
            self.checked = checked
            self.key = key
            self.fields = fields
            self.market = market
            self.policyVersion = policyVersion
            self.agreementVersion = agreementVersion
            self.submittedAt = submittedAt
            self.receivedAt = receivedAt
            person = digests.keys.digest(of: .visitor(checked.email))
            names = checked.contacts.flatMap { digests.digester.digests(.contact($0)) }
        }
    }

    struct FoundForm: Sendable {
        let form: Form
        let entry: FormEntry
        /// What it rested on was taken back: nobody may see it.
        let isWithdrawn: Bool
    }

    // MARK: In

    /// Takes what a page sent: the form itself, and beside it the wish for news with the consent that it rests on.
    func take(_ form: IncomingForm, withNews news: IncomingForm?, _ connection: Connection) throws -> FormID {
        if let known = try known(form, connection) { return known }
        let id = try submit(form, restingOn: nil, connection)
        if let news {
            let consent = try insertConsent(
                of: news.person, in: nil, to: .respondToRequest, textVersion: FormPage.newsTextVersion, policyVersion: news.policyVersion,
                market: news.market, ConsentEvidence(.checkbox, reference: "form:\(id.rawValue)"), givenAt: news.submittedAt,
                now: news.receivedAt, connection)
            _ = try submit(news, restingOn: consent, connection)
        }
        return id
    }

    func submit(_ form: IncomingForm, restingOn consent: ConsentID?, _ connection: Connection) throws -> FormID {
        // A repeat gets its answer whatever has happened since.
        if let known = try known(form, connection) { return known }
        if let cutoff = try Tombstones.cutoff(form.names, connection), form.submittedAt <= cutoff {
            throw Refused<SubmitForm>(reason: .senderErased)
        }
        guard let consent else {
            guard let basis = form.checked.kind.basisWithoutConsent else { throw Refused<SubmitForm>(reason: .consentMissing) }
            return try insert(form, on: basis, consent: nil, connection)
        }
        guard let isLive = try isLive(consent, of: form.person, in: nil, to: .respondToRequest, connection) else {
            throw Refused<SubmitForm>(reason: .unknownConsent)
        }
        if !isLive { throw Refused<SubmitForm>(reason: .consentWithdrawn) }
        return try insert(form, on: .consent, consent: consent, connection)
    }

    private func known(_ form: IncomingForm, _ connection: Connection) throws -> FormID? {
        let known = try connection.first("SELECT id, fields FROM forms WHERE key = ?", .text(form.key.rawValue)) {
            (id: FormID(rawValue: $0.int(0)), fields: $0.blob(1))
        }
        if let known, known.fields != form.fields { throw Refused<SubmitForm>(reason: .keyReused) }
        return known?.id
    }

    private func insert(_ form: IncomingForm, on basis: Form.Basis, consent: ConsentID?, _ connection: Connection) throws -> FormID {
        let checked = form.checked
        try connection.run(
            """
            INSERT INTO forms (key, fields, kind, basis, consent, name, company, email, phone, message, market, policy_version,
                agreement_version, submitted_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .text(form.key.rawValue), .blob(form.fields), .text(checked.kind.rawValue), .text(basis.rawValue),
            SQLValue(consent?.rawValue), .text(checked.name), SQLValue(checked.company), .text(checked.email.value),
            SQLValue(checked.phone?.value), SQLValue(checked.message), .text(form.market.word), .text(form.policyVersion),
            .text(form.agreementVersion), .integer(form.submittedAt.rawValue),
            .integer(form.receivedAt.adding(milliseconds: checked.kind.retention.length.milliseconds).rawValue))
        return FormID(rawValue: connection.lastInsertedRow)
    }

    // MARK: Work

    private static let columns =
        "forms.id, kind, basis, consent, forms.market, forms.policy_version, agreement_version, submitted_at, closed_at, expires_at"

    func forms(_ request: ListForms, now: Timestamp, _ connection: Connection) throws -> [Form] {
        var forms: [Form] = []
        try connection.each(
            """
            SELECT \(IntakeStore.columns) FROM forms
            WHERE id > ?1 AND expires_at > ?2 AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR (closed_at IS NOT NULL) = ?4)
                AND held_at IS NULL
            ORDER BY id LIMIT ?5
            """, .integer(request.after.rawValue), .integer(now.rawValue), SQLValue(request.kind?.rawValue),
            request.state.map { SQLValue($0 == .closed) } ?? .null, .integer(Int64(ListForms.countMax))
        ) { forms.append(Form($0)) }
        return forms
    }

    /// nil when it is none, or has been kept long enough.
    func form(_ id: FormID, now: Timestamp, _ connection: Connection) throws -> FoundForm? {
        try connection.first(
            """
            SELECT \(IntakeStore.columns), name, company, email, phone, message, withdrawn_at IS NOT NULL
            FROM forms LEFT JOIN consents ON consents.id = forms.consent
            WHERE forms.id = ? AND (expires_at > ? OR withdrawn_at IS NOT NULL) AND held_at IS NULL
            """, .integer(id.rawValue), .integer(now.rawValue)
        ) { row in
            let entry = FormEntry(
                name: row.text(10), company: row.optionalText(11), email: row.text(12), phone: row.optionalText(13).map { "+\($0)" },
                message: row.optionalText(14))
            return FoundForm(form: Form(row), entry: entry, isWithdrawn: row.bool(15))
        }
    }

    func close(_ id: FormID, now: Timestamp, _ connection: Connection) throws -> Timestamp {
        guard let found = try form(id, now: now, connection) else { throw Refused<CloseForm>(reason: .unknownForm) }
        if found.isWithdrawn { throw Refused<CloseForm>(reason: .consentWithdrawn) }
        if let closedAt = found.form.closedAt { return closedAt }
        try connection.run("UPDATE forms SET closed_at = ? WHERE id = ?", .integer(now.rawValue), .integer(id.rawValue))
        return now
    }

    // MARK: Out

    /// What has been kept long enough or lost its consent. Talks with the team have a rule of their own.
    func expiringForms(at time: Timestamp, ofSupport: Bool) -> [ExpiringRows] {
        func due(_ held: String) -> String {
            "SELECT id FROM forms WHERE expires_at <= ? AND (kind = '\(Form.Kind.support.rawValue)') = ? AND held_at IS \(held)"
        }
        let values = [SQLValue.integer(time.rawValue), SQLValue(ofSupport)]
        return [ExpiringRows("forms", due: due("NULL"), values), ExpiringRows("forms", due: due("NOT NULL"), values, isKept: true)]
    }

    /// Forms of whoever can be reached at one of the subject's contacts, with the address as each of them spells it.
    ///
    /// A form is no evidence that its phone and its address are one person's: anybody may type anything. So neither adds the other.
    func formRows(of subject: Subject, _ connection: Connection) throws -> [Int64: Contact] {
        var rows: [Int64: Contact] = [:]
        for contact in subject.contacts {
            let column = contact.kind == .email ? "email" : "phone"
            try connection.each("SELECT id, \(column), submitted_at FROM forms WHERE \(column) = ?", .text(contact.value)) { row in
                guard subject.covers(Timestamp(rawValue: row.int(2))) else { return }
                rows[row.int(0)] = contact.kind == .email ? Contact(email: row.text(1)) : contact
            }
        }
        return rows
    }

    static let heldFormsMigration = Migration(
        "held forms", sql: "ALTER TABLE forms ADD COLUMN held_at INTEGER;  -- a legal hold keeps it, out of use",
        columns: ColumnNote.plain("forms", "held_at"))

    /// For a hold: nobody lists or reads them, and they don't expire.
    func holdForms(_ ids: some Sequence<Int64>, now: Timestamp, _ connection: Connection) throws -> Int64 {
        var count = 0
        for id in ids {
            count += try connection.run(
                "UPDATE forms SET held_at = coalesce(held_at, ?2) WHERE id = ?1", .integer(id), .integer(now.rawValue))
        }
        return Int64(count)
    }

    func deleteForms(_ ids: some Sequence<Int64>, _ connection: Connection) throws -> Int64 {
        var count = 0
        for id in ids { count += try connection.run("DELETE FROM forms WHERE id = ?", .integer(id)) }
        return Int64(count)
    }
}

extension Form {
    /// From the first ten columns.
    fileprivate init(_ row: borrowing Row) {
        guard let kind = Kind(rawValue: row.text(1)), let basis = Basis(rawValue: row.text(2)) else {
            preconditionFailure("the schema's CHECKs and the enums name the same words")
        }
        let closedAt = row.optionalInt(8).map(Timestamp.init(rawValue:))
        self.init(
            id: FormID(rawValue: row.int(0)), kind: kind, state: closedAt == nil ? .open : .closed, basis: basis,
            consent: row.optionalInt(3).map(ConsentID.init(rawValue:)), market: row.market(4), policyVersion: row.text(5),
            agreementVersion: row.text(6), submittedAt: Timestamp(rawValue: row.int(7)), closedAt: closedAt,
            expiresAt: Timestamp(rawValue: row.int(9)))
    }
}

extension Form.Kind {
    var retention: Retention {
        switch self {
        case .contact, .demo, .news: .forms
        case .support: .support
        }
    }
}
