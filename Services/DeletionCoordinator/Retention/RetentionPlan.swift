import Domain
import HolderContracts
import Policy

/// What one run asks every holder for, as a value: which rule, of whose data, and how old.
struct RetentionPlan: Sendable {
    /// Lengths that workspaces chose for themselves, in days.
    typealias OwnLengths = [WorkspaceID: [Retention: Int64]]

    /// What legal holds keep from every run.
    struct Held: Sendable {
        var workspaces: Set<WorkspaceID> = []
        /// Each in their workspace.
        var people: [Subject] = []
    }

    let expiries: [ExpireData]

    /// - Parameters:
    ///   - workspace: of its messenger data alone.
    ///   - rule: by this rule alone.
    init(_ own: OwnLengths, _ held: Held, at now: Timestamp, of workspace: WorkspaceID? = nil, by rule: Retention? = nil, isDryRun: Bool) {
        var expiries: [ExpireData] = []
        for each in Retention.allCases where rule == nil || rule == each {
            if each.workspaceMayShorten {
                expiries += RetentionPlan.messengerExpiries(each, own, held, now, workspace)
            } else if workspace == nil {
                expiries.append(ExpireData(rule: each, until: now.adding(milliseconds: -each.length.milliseconds)))
            }
        }
        self.expiries = expiries.map { expiry in
            var expiry = expiry
            expiry.isDryRun = isDryRun ? true : nil
            expiry.held = held.people.filter { expiry.workspace == nil || $0.workspace == expiry.workspace }
            return expiry
        }
    }

    /// First those that differ, each for itself; then all others at once.
    private static func messengerExpiries(
        _ rule: Retention, _ own: OwnLengths, _ held: Held, _ now: Timestamp, _ only: WorkspaceID?
    ) -> [ExpireData] {
        let differing = held.workspaces.union(own.filter { days(rule, $0.value) != rule.workspaceDaysMax }.keys)
        let each = (only.map { [$0] } ?? differing.sorted()).compactMap { workspace -> ExpireData? in
            guard let days = days(rule, own[workspace] ?? [:]) else { return nil }
            var expiry = ExpireData(rule: rule, until: now.adding(milliseconds: -days * 86_400_000), workspace: workspace)
            expiry.isHeld = held.workspaces.contains(workspace) ? true : nil
            return expiry
        }
        guard only == nil, let days = rule.workspaceDaysMax else { return each }
        var others = ExpireData(rule: rule, until: now.adding(milliseconds: -days * 86_400_000))
        others.except = differing.sorted()
        return each + [others]
    }

    /// No kind of messenger data is kept longer than all of it.
    private static func days(_ rule: Retention, _ own: [Retention: Int64]) -> Int64? {
        [rule.workspaceDaysMax, own[rule], own[.messengerData]].compactMap(\.self).min()
    }
}
