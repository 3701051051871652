import IntakeContracts

/// What the page of a kind says.
struct FormWords {
    let title: String
    let introduction: String
    let button: String
    let thanks: String
    /// For what and why we keep what is written, as policy §3 and §4 say.
    let use: String

    init(_ kind: Form.Kind) {
        switch kind {
        case .contact, .news:
            title = "Contact us"
            introduction = "Ask us anything about Botseller. We answer by e-mail."
            button = "Send message"
            thanks = "We have your message and will answer by e-mail."
            use = "We use what you write here to answer you; it is in our legitimate interest to do so."
        case .demo:
            title = "Request a demo"
            introduction = "Tell us where to reach you, and we will arrange a time to show you Botseller."
            button = "Request demo"
            thanks = "We have your request and will write to you to arrange a time."
            use = "We use what you write here to arrange the demo that you ask for, as a step towards a contract with your company."
        case .support:
            title = "Get support"
            introduction = "Describe what happened and what you expected instead. Please leave out passwords and your customers' data."
            button = "Send request"
            thanks = "We have your request and will answer by e-mail."
            use = "We use what you write here to help you, as our contract with your company says."
        }
    }
}
