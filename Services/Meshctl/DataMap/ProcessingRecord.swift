import DeletionCoordinatorContracts
import Domain
import Policy
import Runtime

/// The record of processing activities of GDPR Art. 30, as Markdown: (1) where Botseller decides, (2) where it works for a customer.
///
/// Made from the running services' own data map and the register of subprocessors; what the mesh doesn't know is said to be kept
/// elsewhere, never left out.
struct ProcessingRecord {
    private let map: DataMap
    private let register: ListSubprocessors.Response
    private let madeAt: Timestamp

    init(_ map: DataMap, _ register: ListSubprocessors.Response, madeAt: Timestamp) {
        self.map = map
        self.register = register
        self.madeAt = madeAt
    }

    var text: String {
        """
        # Record of processing activities (GDPR Article 30)

        Made on \(CivilTime.text(madeAt).prefix(10)) from what the running services say of every column that they keep.

        ## Part 1: Botseller as controller (Article 30(1))

        ### (a) Controller

        \(ProcessingRecord.organization)
        Joint controller, representative, data protection officer: none is named in the published policy.

        ### (b), (c), (f) Purposes, people, data, time limits

        \(table(isForCustomer: false))

        ### (d) Recipients

        \(ProcessingRecord.recipients)
        \(register.recipients)

        ### (e) Transfers to third countries

        \(ProcessingRecord.transfers)
        \(register.transfers)

        ### (g) Security measures

        \(ProcessingRecord.measures)

        ## Part 2: Botseller as processor (Article 30(2))

        ### (a) Processor and controllers

        \(ProcessingRecord.organization)
        Controllers: the customers, one for each workspace; their names are kept by intake with the workspaces, not here.

        ### (b) Processing for each controller

        The same for every customer who connected a channel:

        \(table(isForCustomer: true))

        ### (c) Transfers to third countries

        \(ProcessingRecord.transfers)
        \(register.transfers)

        ### (d) Security measures

        As in Part 1 (g).
        """
    }

    private func table(isForCustomer: Bool) -> String {
        let rows = map.processings().filter { $0.processing.isForCustomer == isForCustomer }
        guard !rows.isEmpty else { return "None: no column is kept so." }
        let lines = rows.map { processing, tables in
            "| \(processing.purpose.words) | \(processing.category.people) | \(processing.category.words) | \(processing.basis.words) "
                + "| \(processing.retention) | \(tables.joined(separator: ", ")) |"
        }
        return """
            | Purpose | People | Data | Basis | Kept | Where |
            | --- | --- | --- | --- | --- | --- |
            \(lines.joined(separator: "\n"))
            """
    }

    private static let organization = """
        Botseller, info@botseller.ru; for people who wrote to a customer's Instagram or WhatsApp channel also admin@botseller.ai.
        """

    private static let recipients = """
        - Within the mesh: the four services named above, each for the methods that its catalogue allows (`meshctl contracts`).
        - Members of the workspace that the data belongs to, by their role.
        - The messenger platforms and, for WhatsApp, the business solution provider through which a conversation runs.
        """

    private static let transfers = """
        They may occur where a provider, messenger or CRM system lies outside the user's country (policy §6). The mesh itself sends nothing
        to third countries: it answers on the machines that it runs on. Safeguards as agreed with each subprocessor:

        """

    /// Each of these is tested; nothing stands here that the mesh leaves to somebody else.
    private static let measures = """
        - Programs prove to each other who they are with a key for each pair; nobody else gets an answer.
        - Each request has one purpose, which the data that it touches may serve; sale, sharing, advertising and profiling are purposes
          of none.
        - Deliveries are taken only with the platform's signature.
        - Each service keeps its data in a file of its own (mode 0600); deleted content is overwritten.
        - An erasure is proved by every service: rows, indexes and a scan of the files' bytes; digests keep what was erased from coming back.
        - Logs, metrics and errors hold no content and no names.
        - A service whose schema differs from this map doesn't start.
        """
}
