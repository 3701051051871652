/// A page as all our public doors show it: plain HTML without scripts, one column, readable on a phone and in the dark.
public struct HTMLPage: Sendable {
    /// What `stylePath` of every page leads to.
    public static let style = """
        :root { color-scheme: light dark; --line: #6b7280; --wrong: #b00020; --quiet: #4b5563; }
        @media (prefers-color-scheme: dark) { :root { --line: #9ca3af; --wrong: #ff8a80; --quiet: #c0c6d0; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 38rem; padding: 1.5rem 1rem 3rem; font: 1.125rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; line-height: 1.25; }
        h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 0.5rem; }
        dt { font-weight: 600; margin-top: 1rem; }
        dd { margin: 0; }
        .state { border-inline-start: 0.3rem solid; padding-inline-start: 0.9rem; }
        .field { margin: 0 0 1.4rem; }
        label { display: block; font-weight: 600; }
        .optional, .hint { color: var(--quiet); font-weight: 400; }
        .hint, .problem { display: block; font-size: 1rem; line-height: 1.4; margin: 0.1rem 0 0.3rem; }
        .problem { color: var(--wrong); font-weight: 600; }
        input, textarea, button { font: inherit; }
        input:not([type=checkbox]), textarea { background: transparent; border: 0.1rem solid var(--line); border-radius: 0.3rem; \
        color: inherit; display: block; padding: 0.5rem 0.6rem; width: 100%; }
        textarea { min-height: 9rem; resize: vertical; }
        [aria-invalid=true] { border-color: var(--wrong) !important; border-width: 0.15rem !important; }
        .choice { align-items: start; display: grid; gap: 0 0.7rem; grid-template-columns: 1.6rem 1fr; }
        .choice input { height: 1.5rem; margin: 0.15rem 0 0; width: 1.5rem; }
        .choice label { font-weight: 400; }
        button { background: #14532d; border: 0; border-radius: 0.3rem; color: #fff; cursor: pointer; font-weight: 600; \
        min-height: 3rem; padding: 0.6rem 1.6rem; }
        .problems { border: 0.15rem solid var(--wrong); border-radius: 0.3rem; margin: 0 0 1.6rem; padding: 1rem; }
        .problems ul { margin: 0; padding-inline-start: 1.2rem; }
        .notice { border-top: 0.1rem solid var(--line); font-size: 1rem; margin-top: 2rem; padding-top: 1rem; }
        .trap { height: 1px; left: -100rem; overflow: hidden; position: absolute; width: 1px; }
        :focus-visible { outline: 0.2rem solid #2563eb; outline-offset: 0.15rem; }
        """

    /// `title` is text; `body` is HTML, and whoever writes it escapes. `stylePath` is where the door serves `style`.
    public static func html(title: String, stylePath: String, body: String, isListed: Bool = false) -> String {
        let robots = isListed ? "" : "<meta name=\"robots\" content=\"noindex\">\n"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            \(robots)<title>\(HTMLEscape.text(title)) – Botseller</title>
            <link rel="stylesheet" href="\(HTMLEscape.text(stylePath))">
            </head>
            <body>
            <main>
            \(body)
            </main>
            </body>
            </html>

            """
    }
}

extension HTTPRouter {
    /// Serves `HTMLPage.style`.
    public mutating func onStyle(_ path: String) {
        on(.get, path) { _, reply in reply.send(.text(HTMLPage.style, type: "text/css; charset=utf-8")) }
    }
}
