import Domain
import HolderContracts
import Runtime
import SQLite

/// What a service does before it serves anybody when its file is a copy from a backup: it stands every tombstone of the journal, forgets
/// again whom the copy brought back, overwrites what they left, and looks for them in every byte. Whom a legal hold keeps it takes out of
/// use instead. Only then the file is its own.
///
/// A stop in the middle changes nothing: the next start begins anew.
struct Restoration {
    /// As many people are looked for in one scan.
    static let scanCountMax = 64

    let process: ServiceProcess
    let database: Database
    let store: any HolderStore
    let digester: ErasureDigester

    /// - Parameter mark: how many lines the journal had when the copy was made.
    func run(mark: Int64) throws {
        process.log.event("restoring", ("journalLines", .int(mark)))
        let now = process.system.clock.now
        var held = HeldAgain(
            try StandingHolds(dataFolder: process.configuration.dataFolder), at: process.service, digester, now: now)
        try standTombstones(atLeast: mark, &held)
        let returned = try database.writer.write("find who returned") { [store, digester] in try store.returned(digester, $0) }
        var forgotten: [Subject] = []
        for subject in returned {
            if let subject = try forget(subject, held) { forgotten.append(subject) }
        }
        for start in stride(from: 0, to: forgotten.count, by: Restoration.scanCountMax) {
            try prove(forgotten[start..<min(start + Restoration.scanCountMax, forgotten.count)])
        }
        // Microseconds: no two restorations of one copy give the same numbers, nor did anything between them.
        let floor = process.system.clock.now.rawValue * 1000
        try database.writer.write("begin anew") { [store] connection in
            try store.beginAnew(numbersFrom: floor, connection)
            try connection.endCopy(numbersFrom: floor)
        }
        process.log.event(
            "restored", ("forgottenAgain", .int(Int64(forgotten.count))), ("held", .int(Int64(returned.count - forgotten.count))))
    }

    private func standTombstones(atLeast mark: Int64, _ held: inout HeldAgain) throws {
        let now = process.system.clock.now
        var count: Int64 = 0
        try JournalReader(dataFolder: process.configuration.dataFolder).each { lines in
            count += Int64(lines.count)
            held.learn(lines)
            try database.writer.write("replay tombstones") { connection in
                _ = try Tombstones.place(lines.map(\.tombstone), now: now, connection)
            }
        }
        guard count >= mark else { throw JournalTooShort(lines: count, needed: mark) }
    }

    /// Returns the subject with all its names; nil where a hold keeps it, out of use.
    private func forget(_ subject: Subject, _ held: HeldAgain) throws -> Subject? {
        if subject.isWhole == true, !held.keeps(subject) { return try forgetWorkspace(subject) }
        return try database.writer.write("forget again") { [store] connection in
            var known = subject
            known.formUnion(try store.collect(subject, connection).subject)
            if held.keeps(known) {
                _ = try store.setAside(known, connection)
                return nil
            }
            _ = try store.erase(known, connection)
            return known
        }
    }

    private func forgetWorkspace(_ subject: Subject) throws -> Subject {
        var isDone = false
        while !isDone {
            isDone = try database.writer.write("forget a workspace again") { [store] connection in
                try store.eraseWorkspace(subject.workspace, limit: WholeErasure.portionRows, connection).values.allSatisfy { $0 == 0 }
            }
        }
        return subject
    }

    private func prove(_ subjects: ArraySlice<Subject>) throws {
        let patience = EraseSubject.contract.deadlineMilliseconds
        var all = Subject()
        for subject in subjects {
            all.aliases += subject.aliases
            all.contacts += subject.contacts
        }
        // A name that is too short to be told from chance is proved by the tables alone.
        all.aliases.removeAll { $0.value.utf8.count < Subject.searchableBytesMin }
        all.contacts.removeAll { $0.value.utf8.count < Subject.searchableBytesMin }
        try database.eraseResidue(deadlineMilliseconds: patience)
        let scan = try SubjectScan(process, database, store, deadlineMilliseconds: patience).run(all)
        guard scan.residue + scan.other == 0 else { throw ResidueAfterRestoration(places: scan.residue + scan.other) }
    }
}

/// Tombstones are missing that stood when the copy was made.
struct JournalTooShort: Error, CustomStringConvertible {
    let lines: Int64
    let needed: Int64

    var description: String {
        """
        \(JournalLine.fileName) has \(lines) lines and had \(needed) when this copy was made: put the newest one into the data folder, for \
        nobody may come back whom it names
        """
    }
}

/// The scan still found somebody outside the rows.
struct ResidueAfterRestoration: Error, CustomStringConvertible {
    let places: Int64

    var description: String { "\(places) places in free pages, logs or the write-ahead log still name erased people: start again" }
}
