import DeletionCoordinatorContracts

/// How long a person who follows a deletion is kept waiting while nothing moves, as a value.
struct Patience {
    /// Without a new state, receipt or proof. More than the longest single step: a holder has a minute for its scan.
    static let milliseconds: Int64 = 75_000

    private var seen: [String] = []
    private var since: Int64

    /// `now` is monotonic milliseconds.
    init(now: Int64) { since = now }

    /// What to tell the person when patience is over; nil until then.
    mutating func problem(_ response: ReadDeletion.Response, now: Int64) -> String? {
        let deletion = response.deletion
        let progress = [deletion.state.rawValue, "\(response.receipts.count)", "\(response.proofs.count)"]
        if progress != seen {
            seen = progress
            since = now
        }
        guard now - since >= Patience.milliseconds else { return nil }
        return "deletion \(deletion.id.rawValue) is still \(deletion.state.rawValue) after \((now - since) / 1000) s without a step "
            + "(\(deletion.failedAttempts) attempts failed): the coordinator goes on with it; see `meshctl status`, "
            + "then `meshctl request \(deletion.id.rawValue)`"
    }
}
