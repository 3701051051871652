import Domain

/// An invented person who writes to the shop, on one platform.
struct Person: Hashable, Sendable {
    let platform: Platform
    let number: Int

    init(_ platform: Platform, _ number: Int) {
        self.platform = platform
        self.number = number
    }

    /// The name by which the platform knows them; equally long for all, so that none contains another.
    var alias: Alias {
        switch platform {
        case .instagram: Alias(.instagram, .igsid, "62900000\(10_000_000 + number)")
        case .whatsapp: Alias(.whatsapp, .phone, "49170\(10_000_000 + number)")
        }
    }

    /// As WhatsApp shows it.
    var name: String { "Nemo-\(100_000 + number)" }

    /// What the text of each of their letters begins with, and nobody else's.
    var mark: String { "letter-\(platform.rawValue)-\(100_000 + number)" }

    /// All that must not be found after they were erased.
    var traces: [String] { platform == .whatsapp ? [alias.value, name, mark] : [alias.value, mark] }
}

/// One message that a person sends.
struct Letter: Hashable, Sendable {
    let person: Person
    let number: Int
    /// By the platform's clock.
    let sentAt: Timestamp
    let text: String

    init(from person: Person, _ number: Int, sentAt: Timestamp, text: String? = nil) {
        self.person = person
        self.number = number
        self.sentAt = sentAt
        self.text = text ?? "\(person.mark)-\(number)"
    }

    /// The platform's.
    var id: String { "\(person.platform == .whatsapp ? "wamid" : "mid").\(person.number).\(number)" }
}
