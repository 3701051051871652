import Domain
import HTTP
import Policy
import Runtime

/// The data map as one page that stands alone: no scripts, nothing loaded, readable on a phone and by a screen reader.
///
/// First a picture, made of nested lists: services, in them their tables, in them what these hold. Then every column in words.
struct DataMapPage {
    private let map: DataMap
    private let madeAt: Timestamp

    init(_ map: DataMap, madeAt: Timestamp) {
        self.map = map
        self.madeAt = madeAt
    }

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Data map – Botseller</title>
        <style>
        \(DataMapPage.style)
        </style>
        </head>
        <body>
        <main>
        <h1>Data map</h1>
        <p>What the running services keep about people, and why. Made on \(CivilTime.text(madeAt).prefix(10)) from their own account of
        every column; no service starts with one that is not in it.</p>
        \(legend)
        <h2 id="picture">Services, their tables, and what these hold</h2>
        <ul class="picture" role="list" aria-labelledby="picture">
        \(map.holders.map(picture).joined(separator: "\n"))
        </ul>
        <h2>Every column with personal data</h2>
        \(map.holders.map(details).joined(separator: "\n"))
        </main>
        </body>
        </html>
        """
    }

    // MARK: The picture

    private var legend: String {
        let held = Category.allCases.filter { category in map.holders.contains { $0.tables.contains { $0.categories.contains(category) } } }
        let entries = held.map { "<dt>\(chip($0))</dt><dd>\(text($0.words)), of \(text($0.people))</dd>" }
        return "<dl class=\"legend\">\n\(entries.joined(separator: "\n"))\n</dl>"
    }

    private func picture(of holder: DataMap.Holder) -> String {
        let tables = holder.tables.map { table in
            let chips = table.categories.map { "<li>\(chip($0))</li>" }.joined()
            let held = chips.isEmpty ? "<p class=\"none\">no personal data</p>" : "<ul class=\"chips\" role=\"list\">\(chips)</ul>"
            return "<li class=\"table\"><span class=\"name\">\(text(table.name))</span>\(held)</li>"
        }
        return """
            <li class="service"><h3>\(text(holder.name))</h3>
            <ul class="tables" role="list">
            \(tables.joined(separator: "\n"))
            </ul></li>
            """
    }

    /// The name stands in it: the colour is never all that tells.
    private func chip(_ category: Category) -> String { "<span class=\"chip \(category.rawValue)\">\(text(category.rawValue))</span>" }

    // MARK: The columns

    // The roles say once more what the elements are: laid out as blocks, as on a phone, they are no table for some screen readers.

    private func details(of holder: DataMap.Holder) -> String {
        let plain = holder.tables.flatMap(\.columns).filter { $0.use == nil }.count
        let rows = holder.tables.flatMap { table in table.columns.compactMap { row(table.name, $0) } }
        return """
            <section aria-labelledby="\(text(holder.name))">
            <h3 id="\(text(holder.name))">\(text(holder.name))</h3>
            <table role="table">
            <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Column</th><th role="columnheader" scope="col">Data</th><th role="columnheader" scope="col">To</th><th role="columnheader" scope="col">Basis</th>\
            <th role="columnheader" scope="col">Kept</th><th role="columnheader" scope="col">On erasure</th></tr></thead>
            <tbody role="rowgroup">
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            <p>\(plain) more columns hold no personal data: numbers of rows, clocks, states.</p>
            </section>
            """
    }

    private func row(_ table: String, _ column: DataMap.Column) -> String? {
        guard let use = column.use else { return nil }
        let purposes = use.purposes.map(\.words).joined(separator: "; ")
        return """
            <tr role="row"><th role="rowheader" scope="row">\(text(table)).<wbr>\(text(column.name))</th>\
            <td role="cell" data-label="Data">\(chip(use.category))</td>\
            <td role="cell" data-label="To">\(text(purposes))</td>\
            <td role="cell" data-label="Basis">\(text(use.basis.words))</td>\
            <td role="cell" data-label="Kept">\(text(use.kept))</td>\
            <td role="cell" data-label="On erasure">\(text(column.erasure.words))</td></tr>
            """
    }

    private func text(_ text: String) -> String { HTMLEscape.text(text) }
}
