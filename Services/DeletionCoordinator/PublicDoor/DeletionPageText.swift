import HTTP

/// What `/data-deletion` says, without scripts and cookies.
enum DeletionPageText {
    static let contact = "admin@botseller.ai"

    static func form(action: String, key: String) -> String {
        page(
            "Delete your data",
            """
            <p>If you wrote to a business on Instagram or WhatsApp that works with Botseller, you can have that chat deleted.</p>
            <h2>How it works</h2>
            <ol>
            <li>We show you a code, and a link under which you see how your request stands.</li>
            <li>Within 24 hours you send the code in the chat that is to be deleted. That shows that the chat is yours: you need not tell us
            who you are. The code counts for this one chat; for another chat, get another code.</li>
            <li>The business decides about its chats. Most have agreed that we delete at once; otherwise it is asked, and without an answer
            within 14 days we delete all the same. You have another 24 hours to change your mind.</li>
            <li>Every system of ours then erases what it holds of you, and proves it. Usually that takes minutes; by law it may take 30
            days. The last backup copy expires by itself later, and a restored copy deletes again what you had deleted.</li>
            </ol>
            <form method="post" action="\(HTMLEscape.text(action))">
            <input type="hidden" name="key" value="\(HTMLEscape.text(key))">
            <button type="submit">Get a code</button>
            </form>
            <div class="notice">
            <h2>Other ways</h2>
            <p>Write to <a href="mailto:\(contact)">\(contact)</a> and say in which chat or form you gave us your data. We then make sure that it
            is you, so please don't send us copies of documents.</p>
            <p>If you connected a business account of your own to Botseller, remove the app in your account's settings at Meta and ask there for
            the deletion of your data.</p>
            </div>
            """, isListed: true)
    }

    static func codes(chat: String, status: String) -> String {
        page(
            "Send this code in the chat",
            """
            <p class="state"><strong>\(HTMLEscape.text(chat))</strong></p>
            <p>Send it within 24 hours, as a message, in the chat that is to be deleted. Nothing is deleted before.</p>
            <p>How your request stands: <a href="\(HTMLEscape.text(PublicDoor.statusPath + status))">your status page</a>. Keep the link; whoever
            has it sees the state of the request, and nothing about you.</p>
            """)
    }

    private static func page(_ title: String, _ body: String, isListed: Bool = false) -> String {
        HTMLPage.html(
            title: title, stylePath: StatusPage.stylePath, body: "<h1>\(HTMLEscape.text(title))</h1>\n\(body)", isListed: isListed)
    }
}
