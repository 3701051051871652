import Domain

extension Alias {
    /// Why this is no name of a person as the platforms write them; nil when it is one.
    ///
    /// A name in another form would find nobody, and the erasure would truthfully prove that nobody is there.
    var problem: String? {
        switch (kind, platform) {
        case (.phone, .whatsapp):
            value.isEmpty || !value.utf8.allSatisfy { (48...57).contains($0) } ? "a phone is digits only, country code first" : nil
        case (.igsid, .instagram), (.bsuid, .whatsapp), (.username, _):
            value.isEmpty || value.contains(where: \.isWhitespace) ? "a name is not empty and has no blanks" : nil
        case (.igsid, .whatsapp), (.phone, .instagram), (.bsuid, .instagram): "the platform has no names of this kind"
        }
    }
}
