import Domain

extension Platform {
    /// The platform's own terms, shown to the customer who connects a channel (policy §6).
    var terms: String {
        switch self {
        case .instagram: "https://help.instagram.com/581066165581870"
        case .whatsapp: "https://www.whatsapp.com/legal/business-terms"
        }
    }
}
