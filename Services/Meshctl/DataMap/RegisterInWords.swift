import DeletionCoordinatorContracts
import Domain
import Policy

/// The register of subprocessors as the record of processing tells it.
extension ListSubprocessors.Response {
    /// Those that get something.
    private var live: [Subprocessor] { subprocessors.map(\.subprocessor).filter { !$0.isEnded } }

    /// Who they are and what for (Art. 30(1)(d)).
    var recipients: String {
        guard !live.isEmpty else { return "- Subprocessors: none is in the register." }
        let lines = live.map { subprocessor in
            "  - \(subprocessor.name), \(subprocessor.kind.rawValue), \(subprocessor.country): \(subprocessor.uses.words). Terms: "
                + "\(subprocessor.terms.rawValue). Told of erasures at \(subprocessor.erasureChannel)."
        }
        return "- Subprocessors (policy §6), version \(version) of their register:\n" + lines.joined(separator: "\n")
    }

    /// What lets data leave (Art. 30(1)(e)).
    var transfers: String {
        let leaving = live.filter { $0.transfer != .none }
        guard !leaving.isEmpty else { return "- No subprocessor in the register takes data out of the European Economic Area." }
        return leaving.map { "- \($0.name), \($0.country): \($0.transfer.words)." }.joined(separator: "\n")
    }
}

extension [DeclaredUse] {
    /// Each category once, with what it is for.
    fileprivate var words: String {
        Category.allCases.compactMap { category in
            let purposes = filter { $0.category == category }.compactMap { Purpose(rawValue: $0.purpose)?.words }
            return purposes.isEmpty ? nil : "\(category.words) to \(purposes.joined(separator: " and to "))"
        }.joined(separator: "; ")
    }
}
