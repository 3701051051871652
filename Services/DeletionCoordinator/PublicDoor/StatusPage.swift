import DeletionCoordinatorContracts
import Domain
import HTTP
import Runtime

/// The page that tells a person, in plain words, how their deletion stands. No scripts, no cookies, nothing that names anybody.
enum StatusPage {
    static let stylePath = "/data-deletion/style.css"

    /// For a code that was never given, and for one whose record has expired: nobody can tell which.
    static let unknown = page(
        "No request found",
        """
        <p class="state">There is no deletion request under this link.</p>
        <p>Please check that the link is complete. The record of a request is removed 24 months after the request was completed.</p>
        """)

    static func html(_ status: DeletionStatus) -> String {
        let deletion = status.deletion
        var dates = date("Received", deletion.receivedAt)
        switch deletion.state {
        case .awaitingIdentity: if let time = deletion.decideBy { dates += date("Your proof is awaited until", time) }
        case .awaitingController: if let time = deletion.decideBy { dates += date("The business may decide until", time) }
        case .scheduled: if let time = deletion.scheduledFor { dates += date("Erasing begins", time) }
        case .received, .acknowledged, .erasing, .held, .verifying, .erasedHere, .completed, .refused, .cancelled: break
        }
        if let time = status.startedAt { dates += date("Erasing began", time) }
        if let time = status.verifiedAt { dates += date("Verified in all our systems", time) }
        if let time = deletion.completedAt {
            dates += date(deletion.state == .completed ? "Completed" : "Closed", time)
        } else {
            dates += date("Done at the latest by", deletion.dueBy)
        }
        if let time = deletion.lastCopyExpiresAt, deletion.state == .completed { dates += date("The last backup copy expires", time) }
        let words = DeletionInWords(deletion)
        let sentences = [words.sentence, words.extended, words.copies].compactMap { $0 }
        let paragraphs = sentences.map { "<p class=\"state\">\(HTMLEscape.text($0))</p>\n" }.joined()
        return page(words.title, "\(paragraphs)<dl>\n\(dates)</dl>")
    }

    private static func date(_ term: String, _ time: Timestamp) -> String {
        let text = CivilTime.text(time)
        // `2026-01-01T00:00:00.000Z` as `2026-01-01 00:00 UTC`.
        let shown = "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
        return "<dt>\(HTMLEscape.text(term))</dt>\n<dd><time datetime=\"\(HTMLEscape.text(text))\">\(HTMLEscape.text(shown))</time></dd>\n"
    }

    /// `body` is HTML, `title` is text.
    private static func page(_ title: String, _ body: String) -> String {
        HTMLPage.html(title: title, stylePath: stylePath, body: "<h1>\(HTMLEscape.text(title))</h1>\n\(body)")
    }
}
