import SQLite
import Testing

struct WriterTests {
    @Test func whatWaitsTogetherIsCommittedOnce() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        let answers = Answers<Int64>()

        let gate = Sample.hold(database.writer)
        for number in 1...100 {
            #expect(
                database.writer.submit("add") {
                    try Sample.add("note \(number)", $0)
                } completion: {
                    answers.add($0.value ?? 0)
                })
        }
        gate.open()

        #expect(answers.wait(for: 100) == Array(1...100))
        #expect(database.writer.statistics.batches == 2)  // The one that was held, and all others.
        #expect(database.writer.statistics.largestBatch == 100)
    }

    /// Work that nobody waits for needs no commit of its own while others come, and has one when nobody does.
    @Test func patientWorkSharesTheNextCommit() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        let answers = Answers<String>()
        func patiently(_ text: String) {
            let isAccepted = database.writer.submitPatiently("add") {
                try Sample.add(text, $0)
            } completion: {
                answers.add($0.value == nil ? "failed" : text)
            }
            #expect(isAccepted)
        }

        // The writer sleeps and is woken by nothing else.
        patiently("alone")
        #expect(answers.wait(for: 1) == ["alone"])
        let before = database.writer.statistics.batches
        let gate = Sample.hold(database.writer)
        patiently("patient")
        _ = database.writer.submit("add") {
            try Sample.add("urgent", $0)
        } completion: { _ in
            answers.add("urgent")
        }
        gate.open()

        #expect(answers.wait(for: 3) == ["alone", "urgent", "patient"])
        #expect(database.writer.statistics.batches == before + 2)  // The held one, and both together.
        // A close waits for it as for any other.
        patiently("last")
        database.close()
        #expect(answers.soFar.last == "last")
    }

    @Test func aFailingJobLosesOnlyItsOwnChanges() throws {
        struct Refused: Error {}
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        let answers = Answers<String>()

        let gate = Sample.hold(database.writer)
        for number in 1...10 {
            _ = database.writer.submit("add") { connection in
                try Sample.add("note \(number)", connection)
                if number == 5 { throw Refused() }
            } completion: { result in
                switch result {
                case .success: answers.add("stored \(number)")
                case .failure(let error): answers.add(error is Refused ? "refused \(number)" : "\(error)")
                }
            }
        }
        gate.open()

        #expect(answers.wait(for: 10) == (1...10).map { $0 == 5 ? "refused 5" : "stored \($0)" })
        #expect(try Sample.texts(database) == (1...10).filter { $0 != 5 }.map { "note \($0)" })
        #expect(database.writer.statistics.batches == 2)
    }

    @Test func aFailingJobAloneLosesItsChanges() throws {
        struct Refused: Error {}
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)

        #expect(throws: Refused.self) {
            try database.writer.write("add") { connection -> Void in
                try Sample.add("gone", connection)
                throw Refused()
            }
        }
        try database.writer.write("add") { _ = try Sample.add("kept", $0) }

        #expect(try Sample.texts(database) == ["kept"])
    }

    @Test func completionsRunAfterTheCommitAndTogether() throws {
        let folder = TemporaryFolder()
        let order = Answers<String>()
        let database = try Sample.database(folder) {
            $0.aroundCompletions = { complete in
                order.add("begin")
                complete()
                order.add("end")
            }
        }

        let gate = Sample.hold(database.writer)
        for number in 1...2 {
            _ = database.writer.submit("add") {
                try Sample.add("\(number)", $0)
            } completion: { _ in
                order.add("\(number)")
                // Another connection sees it already.
                do { #expect(try Sample.texts(database).count == 2) } catch { Issue.record(error) }
            }
        }
        gate.open()

        #expect(order.wait(for: 6) == ["begin", "end", "begin", "1", "2", "end"])
    }

    @Test func aFailedCommitIsUnknownForAllAndFatal() throws {
        let folder = TemporaryFolder()
        let fatal = Answers<DatabaseError>()
        let answers = Answers<DatabaseError?>()
        let database = try Sample.database(folder, [Sample.notes, Sample.families]) { $0.onFatal = { fatal.add($0) } }

        let gate = Sample.hold(database.writer)
        _ = database.writer.submit("innocent") {
            try Sample.add("x", $0)
        } completion: {
            answers.add($0.failure)
        }
        // The foreign key is looked at by the COMMIT only.
        _ = database.writer.submit("orphan") {
            try $0.run("INSERT INTO child (parent) VALUES (99)")
        } completion: {
            answers.add($0.failure)
        }
        gate.open()

        #expect(answers.wait(for: 2).map { $0?.outcomeUnknown } == [true, true])
        #expect(fatal.wait(for: 1).first?.code == .constraintForeignKey)
        #expect(
            !database.writer.submit("late") { _ in
            } completion: { _ in
            })
        #expect(errorCode { try database.writer.write("late") { _ in } } == .closed)
        database.close()
        #expect(try Sample.texts(Sample.database(folder, [Sample.notes, Sample.families])).isEmpty)
    }

    @Test func aFullDiskIsToldToTheWholeBatchAndTheNextOneGoesOn() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        try database.writer.write("limit") { _ = try $0.first("PRAGMA max_page_count = 20") { $0.int(0) } }
        let answers = Answers<DatabaseError?>()

        let gate = Sample.hold(database.writer)
        _ = database.writer.submit("small") {
            try Sample.add("small", $0)
        } completion: {
            answers.add($0.failure)
        }
        _ = database.writer.submit("large") {
            try Sample.add(String(repeating: "x", count: 200_000), $0)
        } completion: {
            answers.add($0.failure)
        }
        gate.open()

        let failures = answers.wait(for: 2)
        #expect(failures.map { $0?.code } == [.full, .full])
        #expect(failures.map { $0?.outcomeUnknown } == [false, false])
        try database.writer.write("small") { _ = try Sample.add("after", $0) }
        #expect(try Sample.texts(database) == ["after"])
    }

    @Test func aFullQueueRefusesAndNothingHappens() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder) { $0.queueCountMax = 3 }
        let answers = Answers<Int64>()

        let gate = Sample.hold(database.writer)
        let accepted = (1...5).map { number in
            database.writer.submit("add") {
                try Sample.add("\(number)", $0)
            } completion: {
                answers.add($0.value ?? 0)
            }
        }
        #expect(errorCode { try database.writer.write("add") { _ in } } == .busy)
        gate.open()

        #expect(accepted == [true, true, false, false, false])
        #expect(answers.wait(for: 2) == [1, 2])
        try database.writer.write("add") { _ = try Sample.add("again", $0) }
        #expect(try Sample.texts(database) == ["1", "2", "again"])
    }

    @Test func aBatchIsBounded() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder) { $0.batchCountMax = 4 }
        let answers = Answers<Bool>()

        let gate = Sample.hold(database.writer)
        for number in 1...10 {
            _ = database.writer.submit("add") {
                try Sample.add("\(number)", $0)
            } completion: { _ in
                answers.add(true)
            }
        }
        gate.open()

        _ = answers.wait(for: 10)
        #expect(database.writer.statistics.largestBatch == 4)
        #expect(database.writer.statistics.batches == 4)  // The held one, 4, 4 and 2.
    }

    @Test func aBatchIsBoundedInTime() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder) { $0.batchMillisecondsMax = 0 }
        let answers = Answers<Bool>()

        let gate = Sample.hold(database.writer)
        for number in 1...5 {
            _ = database.writer.submit("add") {
                try Sample.add("\(number)", $0)
            } completion: { _ in
                answers.add(true)
            }
        }
        gate.open()

        _ = answers.wait(for: 5)
        #expect(database.writer.statistics.largestBatch == 1)
    }

    @Test func closingCommitsEverythingAccepted() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        let answers = Answers<Bool>()

        for number in 1...500 {
            _ = database.writer.submit("add") {
                try Sample.add("\(number)", $0)
            } completion: {
                answers.add($0.failure == nil)
            }
        }
        database.close()

        #expect(answers.soFar == Array(repeating: true, count: 500))
        #expect(
            !database.writer.submit("late") { _ in
            } completion: { _ in
            })
        #expect(try Sample.texts(Sample.database(folder)).count == 500)
    }

    @Test func aLogPastItsMaximumStartsAgainFromItsBeginning() throws {
        let folder = TemporaryFolder()
        let warnings = Answers<Bool>()
        let database = try Sample.database(folder) {
            $0.checkpointPages = 10
            $0.checkpointPagesMax = 40
            $0.readMillisecondsMax = 20  // So long the writer waits for the reader.
            $0.onWarning = { warnings.add($0.code == .busy) }
        }
        var largest = 0

        // The reader keeps every earlier checkpoint from starting the log again.
        try database.read { connection in
            _ = try connection.first("SELECT count(*) FROM note") { $0.int(0) }
            for number in 1...30 {
                try database.writer.write("add") { _ = try Sample.add("\(number)" + String(repeating: "x", count: 3_000), $0) }
                largest = max(largest, database.writer.statistics.logPages)
            }
            #expect(database.writer.statistics.checkpointFailure?.code == .busy)
        }
        for number in 31...100 {
            try database.writer.write("add") { _ = try Sample.add("\(number)" + String(repeating: "x", count: 3_000), $0) }
        }

        #expect(largest > 40)
        #expect(database.writer.statistics.checkpointFailure == nil)
        #expect(!warnings.soFar.isEmpty && warnings.soFar.allSatisfy { $0 })
        #expect(database.writer.statistics.logPages <= 50)
    }

    @Test func theLogIsCheckpointedByTheWriter() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder) { $0.checkpointPages = 10 }

        for number in 1...50 {
            try database.writer.write("add") { _ = try Sample.add("\(number)" + String(repeating: "x", count: 5_000), $0) }
        }

        #expect(database.writer.statistics.checkpoints > 1)
        #expect(database.writer.statistics.checkpointFailures == 0)
        #expect(database.writer.statistics.logPages < 50)
    }
}

extension Result where Failure == any Error {
    var value: Success? {
        if case .success(let value) = self { value } else { nil }
    }

    /// The database's error, if that is what it is.
    var failure: DatabaseError? {
        if case .failure(let error) = self { error as? DatabaseError } else { nil }
    }
}
