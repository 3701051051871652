/// What a load sent and what it was told: the model that the store is compared with.
struct SentLetters: Sendable {
    /// By text; true when some delivery of it was acknowledged.
    private(set) var isAcknowledged: [String: Bool] = [:]
    private(set) var letters: [String: Letter] = [:]
    /// Whom the coordinator was asked to erase. None of their letters may be there at the end, acknowledged or not.
    var erased: Set<Person> = []

    /// Before it is sent: from now on it may be stored.
    mutating func willSend(_ sent: [Letter]) {
        for letter in sent where letters[letter.text] == nil {
            letters[letter.text] = letter
            isAcknowledged[letter.text] = false
        }
    }

    mutating func acknowledged(_ sent: [Letter]) { for letter in sent { isAcknowledged[letter.text] = true } }

    var acknowledgedCount: Int { isAcknowledged.values.count { $0 } }

    /// Every difference between what must be, what may be, and what is stored.
    func problems(in stored: Stored) -> [String] {
        let counts = stored.textCounts
        var problems: [String] = []
        for (text, letter) in letters {
            let count = counts[text, default: 0]
            if erased.contains(letter.person) {
                if count > 0 { problems.append("back: \(text)") }
            } else {
                if count == 0, isAcknowledged[text] == true { problems.append("lost: \(text)") }
                if count > 1 { problems.append("doubled: \(text)") }
            }
        }
        for text in counts.keys where letters[text] == nil { problems.append("never sent: \(text)") }
        for person in erased where stored.conversation(with: person) != nil { problems.append("known again: \(person.mark)") }
        return problems.sorted()
    }
}
