extension DataMapPage {
    /// Boxes that flow into as many columns as there is room for; on a phone each row of a table becomes a block with its labels.
    static let style = """
        :root { color-scheme: light dark; --line: light-dark(#c9ced6, #4a515c); --soft: light-dark(#f4f6f9, #1d2127); }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 75rem; padding: 1.5rem 1rem 3rem; font: 1rem/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.8rem; line-height: 1.25; }
        h2 { margin-top: 2.5rem; font-size: 1.35rem; line-height: 1.3; }
        h3 { margin: 0 0 0.75rem; font-size: 1.1rem; }
        ul { list-style: none; margin: 0; padding: 0; }
        .picture { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); align-items: start; }
        .service { border: 2px solid var(--line); border-radius: 0.75rem; padding: 1rem; background: var(--soft); }
        .tables { display: grid; gap: 0.5rem; }
        .table { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.5rem 0.65rem; background: Canvas; }
        .name, tbody th { font-family: ui-monospace, monospace; font-size: 0.9rem; overflow-wrap: anywhere; }
        .none { margin: 0; font-size: 0.875rem; color: light-dark(#59616d, #a6afbc); }
        .chips { display: flex; flex-wrap: wrap; gap: 0.35rem; margin-top: 0.35rem; }
        .chip { display: inline-block; border-radius: 1rem; padding: 0.05rem 0.6rem; border: 1px solid; font-size: 0.875rem; color: #14181d;
            background: #dfe3e8; }
        .communication { background: #ffd9c2; } .profile { background: #ffe9a8; } .insights { background: #e6f0b3; }
        .account { background: #cfe4ff; } .workspaceConfiguration { background: #d9d6ff; } .billing { background: #f3d1f0; }
        .contact { background: #c9f0e6; } .company { background: #cdeccb; } .support { background: #f9d3da; }
        .usage { background: #d3eef7; } .technical { background: #e4dccf; } .security { background: #dfe3e8; }
        .legend { display: grid; grid-template-columns: max-content 1fr; gap: 0.4rem 0.75rem; margin: 1rem 0; }
        .legend dd { margin: 0; }
        section { margin-top: 2rem; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: start; vertical-align: top; padding: 0.45rem 0.6rem; border-bottom: 1px solid var(--line); font-weight: inherit; }
        thead th { font-weight: 600; }
        @media (max-width: 48rem) {
            thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
            table, tbody, tr, tbody th, td { display: block; }
            tr { border: 1px solid var(--line); border-radius: 0.5rem; margin-bottom: 0.75rem; padding: 0.4rem 0; }
            th, td { border: 0; padding: 0.2rem 0.75rem; }
            td { display: grid; grid-template-columns: 6.5rem 1fr; gap: 0.5rem; justify-items: start; }
            td::before { content: attr(data-label); font-weight: 600; }
            .legend { grid-template-columns: 1fr; } .legend dd { margin-bottom: 0.4rem; }
        }
        @media print { .service, tr { break-inside: avoid; } }
        """
}
