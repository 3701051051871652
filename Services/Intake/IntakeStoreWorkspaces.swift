import Domain
import IntakeContracts
import SQLite
import Wire

/// Workspaces and the feed of what other services must know about them.
extension IntakeStore {
    /// The domain's no inside a write: takes the write back and becomes the reply's refusal.
    struct Refused<R: Request>: Error { let reason: R.Refusal }

    /// A request that is known by its key, and a digest of what it asked for.
    struct KeyedRequest: Sendable {
        let method: String
        let key: RequestKey
        let fields: [UInt8]
    }

    // MARK: Workspaces

    func open(_ request: OpenWorkspace, _ keyed: KeyedRequest, as id: WorkspaceID, now: Timestamp, _ connection: Connection) throws
        -> WorkspaceID
    {
        if let known = try answer(keyed, else: Refused<OpenWorkspace>(reason: .keyReused), connection) {
            return WorkspaceID(rawValue: known)
        }
        let instructions = Instructions(onDeletion: request.onDeletion)
        try connection.run(
            """
            INSERT INTO workspaces (id, name, market, policy_version, agreement_version, instructions, opened_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, .text(id.rawValue), .text(request.name), .text(request.market.word), .text(request.policyVersion),
            .text(request.agreementVersion), .blob(FieldVisitor.write(instructions)), .integer(now.rawValue))
        try publish(AccessFact(.workspaceOpened, id, instructions: instructions, at: now), connection)
        try remember(keyed, answer: id.rawValue, connection)
        return id
    }

    enum Standing { case unknown, open, terminated }

    func standing(_ workspace: WorkspaceID, _ connection: Connection) throws -> Standing {
        let isTerminated = try connection.first(
            "SELECT terminated_at IS NOT NULL FROM workspaces WHERE id = ?", .text(workspace.rawValue)
        ) { $0.bool(0) }
        return isTerminated.map { $0 ? .terminated : .open } ?? .unknown
    }

    func workspace(_ id: WorkspaceID, _ connection: Connection) throws -> ReadWorkspace.Response? {
        try connection.first(
            "SELECT name, market, policy_version, agreement_version, instructions, opened_at, terminated_at FROM workspaces WHERE id = ?",
            .text(id.rawValue)
        ) { row in
            var workspace = ReadWorkspace.Response()
            workspace.name = row.text(0)
            workspace.market = row.market(1)
            workspace.policyVersion = row.text(2)
            workspace.agreementVersion = row.text(3)
            workspace.instructions = try FieldVisitor.read(Instructions.self, from: row.blob(4))
            workspace.openedAt = Timestamp(rawValue: row.int(5))
            workspace.terminatedAt = row.optionalInt(6).map { Timestamp(rawValue: $0) }
            return workspace
        }
    }

    /// Changes what is named; returns how the instructions stand then.
    func instruct(_ request: InstructWorkspace, now: Timestamp, _ connection: Connection) throws -> Instructions {
        guard let known = try workspace(request.workspace, connection) else { throw Refused<InstructWorkspace>(reason: .unknownWorkspace) }
        if known.terminatedAt != nil { throw Refused<InstructWorkspace>(reason: .workspaceTerminated) }
        var instructions = known.instructions
        instructions.onDeletion = request.onDeletion ?? instructions.onDeletion
        instructions.improvesProduct = request.improvesProduct ?? instructions.improvesProduct
        instructions.agentsSeeContacts = request.agentsSeeContacts ?? instructions.agentsSeeContacts
        instructions.assistantSeesIdentifiers = request.assistantSeesIdentifiers ?? instructions.assistantSeesIdentifiers
        instructions.supportUntil = request.supportUntil ?? instructions.supportUntil
        guard instructions != known.instructions else { return instructions }
        try connection.run(
            "UPDATE workspaces SET instructions = ? WHERE id = ?", .blob(FieldVisitor.write(instructions)),
            .text(request.workspace.rawValue))
        try publish(AccessFact(.workspaceInstructed, request.workspace, instructions: instructions, at: now), connection)
        return instructions
    }

    // MARK: Access feed

    /// Takes the place of what was said of the same thing: the feed grows with how much there is, not with how often it changes.
    func publish(_ fact: AccessFact, _ connection: Connection) throws {
        try connection.run(
            "INSERT OR REPLACE INTO access_feed (subject, fact) VALUES (?, ?)", .text(fact.subject), .blob(FieldVisitor.write(fact)))
    }

    /// The feed's epoch; `new` becomes it in a new file.
    func epoch(orElse new: String, _ connection: Connection) throws -> String {
        try connection.run("INSERT OR IGNORE INTO feed_epoch (id, epoch) VALUES (1, ?)", .text(new))
        return try connection.first("SELECT epoch FROM feed_epoch") { $0.text(0) } ?? new
    }

    /// What follows `after`: from the beginning where the cursor is not of this epoch, or ahead of us. That is how an older copy of our
    /// file looks to a follower: it would wait for numbers that it has seen, and never hear what they say now.
    func facts(after: Cursor, epoch: String, _ connection: Connection) throws -> ReadAccessFeed.Response {
        let last = try connection.first("SELECT max(sequence) FROM access_feed") { $0.optionalInt(0) ?? 0 } ?? 0
        let isOurs = after.epoch == epoch && after.sequence <= last
        let start = Cursor(epoch: epoch, sequence: isOurs ? after.sequence : 0)
        var response = ReadAccessFeed.Response(facts: [], next: start, restarted: !isOurs && after != Cursor())
        try connection.each(
            "SELECT sequence, fact FROM access_feed WHERE sequence > ? ORDER BY sequence LIMIT ?", .integer(response.next.sequence),
            .integer(Int64(ReadAccessFeed.countMax))
        ) { row in
            response.facts.append(try FieldVisitor.read(AccessFact.self, from: row.blob(1)))
            response.next.sequence = row.int(0)
        }
        return response
    }

    // MARK: Request keys

    /// The answer that a key was given before; nil for a new key.
    func answer(_ keyed: KeyedRequest, else refusal: any Error, _ connection: Connection) throws -> String? {
        let known = try connection.first(
            "SELECT fields, answer FROM request_keys WHERE method = ? AND key = ?", .text(keyed.method), .text(keyed.key.rawValue)
        ) { (fields: $0.blob(0), answer: $0.text(1)) }
        guard let known else { return nil }
        guard known.fields == keyed.fields else { throw refusal }
        return known.answer
    }

    func remember(_ keyed: KeyedRequest, answer: String, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO request_keys (method, key, fields, answer) VALUES (?, ?, ?, ?)", .text(keyed.method), .text(keyed.key.rawValue),
            .blob(keyed.fields), .text(answer))
    }
}

extension Row {
    func market(_ column: Int) -> Market {
        guard let market = Market(text(column)) else { preconditionFailure("the schema's CHECK and Market have one rule") }
        return market
    }
}
