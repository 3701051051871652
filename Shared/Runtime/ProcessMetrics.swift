import Glibc
import HTTP
import Net
import SQLite

/// The numbers that every service has.
extension ServiceProcess {
    func observe(_ database: Database) {
        let log = database.path + "-wal"
        // The log grows for as long as it can't be moved into the file.
        health.register("checkpoint") {
            database.writer.statistics.checkpointFailure == nil ? .ok() : .degraded("the log stays: see checkpointFailed")
        }
        metrics.observe { values in
            let statistics = database.writer.statistics
            values["writer.batches"] = Int64(statistics.batches)
            values["writer.jobs"] = Int64(statistics.jobs)
            values["writer.largestBatch"] = Int64(statistics.largestBatch)
            values["writer.checkpoints"] = Int64(statistics.checkpoints)
            values["writer.checkpointFailures"] = Int64(statistics.checkpointFailures)
            values["wal.bytes"] = fileBytes(log)
        }
    }

    func observe(_ mesh: MeshListener) {
        metrics.observe("rss.bytes", residentBytes)
        metrics.observe { values in
            let counters = mesh.counters
            values["mesh.connections"] = Int64(counters.connections)
            values["mesh.accepted"] = counters.connectionsAccepted
            values["mesh.inFlight"] = Int64(counters.inFlight)
            values["mesh.requests"] = counters.requests
            values["mesh.in.bytes"] = counters.bytesIn
            values["mesh.out.bytes"] = counters.bytesOut
            for (code, count) in counters.faults { values["mesh.faults.\(code.rawValue)"] = count }
        }
    }

    func observe(_ server: HTTPServer, _ door: MeshPlan.Door) {
        let name = door.rawValue
        metrics.observe { values in
            let counts = server.counts
            values["\(name).connections"] = Int64(counts.connections)
            values["\(name).accepted"] = Int64(counts.accepted)
            values["\(name).turnedAway"] = Int64(counts.turnedAway)
            values["\(name).requests"] = Int64(counts.requests)
            values["\(name).failures"] = Int64(counts.failures)
            values["\(name).lostReplies"] = Int64(counts.lostReplies)
        }
    }
}

/// Memory of this process that is in RAM; 0 where the system doesn't tell. Source: proc(5), statm.
@Sendable private func residentBytes() -> Int64 {
    do {
        let text = String(decoding: try AtomicFile.read("/proc/self/statm", lengthMax: 256).bytes, as: UTF8.self)
        return text.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 * Int64(sysconf(Int32(_SC_PAGESIZE))) } ?? 0
    } catch {
        return 0
    }
}

/// Looked at from outside: opening a database's file here would drop SQLite's locks.
private func fileBytes(_ path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
}
