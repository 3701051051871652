import Domain

extension Alias {
    static let nameBytesMin = 6

    /// Why this is no name of a person as the platforms write them; nil when it is one.
    ///
    /// A name in another form would find nobody, and the erasure would truthfully prove that nobody is there.
    var problem: String? {
        // A shorter name stands in other words and numbers by chance: no scan of bytes could show that it is gone.
        if value.utf8.count < Alias.nameBytesMin { return "a name has at least \(Alias.nameBytesMin) characters" }
        return switch (kind, platform) {
        case (.phone, .whatsapp):
            value.utf8.allSatisfy { (48...57).contains($0) } ? nil : "a phone is digits only, country code first"
        case (.igsid, .instagram), (.bsuid, .whatsapp), (.username, _):
            value.contains(where: \.isWhitespace) ? "a name has no blanks" : nil
        case (.igsid, .whatsapp), (.phone, .instagram), (.bsuid, .instagram): "the platform has no names of this kind"
        }
    }
}
