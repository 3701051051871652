import MeshContracts
import Policy
import Runtime
import Threads
import Wire

/// `status`: one row a service; says what is wrong in words.
struct StatusCommand {
    static let patienceMilliseconds: Int64 = 2000

    private let mesh: Mesh
    private let isJSON: Bool

    init(_ arguments: Arguments) throws {
        try arguments.allow()
        mesh = try Mesh(arguments)
        isJSON = arguments.has("--json")
    }

    func run() throws -> Int32 {
        let reports = ask()
        if isJSON { printJSON(reports) } else { printTable(reports) }
        let areAllHealthy = reports.allSatisfy { if case .ok(let health) = $0.1 { health.healthy } else { false } }
        return areAllHealthy ? Exit.ok : Exit.refused
    }

    /// All at once: a service that is down costs its time-out once, not once each.
    private func ask() -> [(Peer, Outcome<ReadHealth>)] {
        let answers = MeshPlan.services.map { service in
            let client = mesh.client(to: service)
            let answer = Answer<Outcome<ReadHealth>>()
            client.call(ReadHealth(), CallOptions(timeoutMilliseconds: StatusCommand.patienceMilliseconds)) { answer.fill($0) }
            return (service, answer)
        }
        return answers.map { ($0, $1.wait()) }
    }

    private func printTable(_ reports: [(Peer, Outcome<ReadHealth>)]) {
        let rows = reports.map { service, outcome -> [String] in
            switch outcome {
            case .ok(let health):
                let wrong = health.checks.filter { !$0.healthy }.map { "\($0.name): \($0.detail)" }.joined(separator: ", ")
                return [
                    service.rawValue, health.healthy ? "healthy" : "degraded", uptime(health.uptimeMilliseconds), memory(service), wrong
                ]
            case .refused: return [service.rawValue, "refused", "-", "-", ""]
            case .fault(let fault): return [service.rawValue, "down", "-", "-", fault.message]
            }
        }
        Terminal.table(["service", "state", "up", "memory", "what is wrong"], rows)
    }

    private func uptime(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        return seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }

    private func memory(_ service: Peer) -> String {
        guard case .ok(let metrics) = mesh.client(to: service).call(ReadMetrics()), let bytes = metrics.values["rss.bytes"] else {
            return "-"
        }
        return "\(bytes >> 20) MiB"
    }

    /// A service that can't be asked, as a report of the same shape: one check says why.
    static func down(_ service: Peer, _ why: String) -> ReadHealth.Response {
        var down = ReadHealth.Response()
        down.service = service.rawValue
        down.checks = [ReadHealth.Check(name: "reachable", healthy: false, detail: String(why.prefix(200)))]
        return down
    }

    private func printJSON(_ reports: [(Peer, Outcome<ReadHealth>)]) {
        var writer = JSONWriter()
        writer.beginArray()
        for (service, outcome) in reports {
            switch outcome {
            case .ok(let health): FieldVisitor.write(health, into: &writer)
            case .refused(_, let message): FieldVisitor.write(StatusCommand.down(service, message), into: &writer)
            case .fault(let fault): FieldVisitor.write(StatusCommand.down(service, fault.message), into: &writer)
            }
        }
        writer.endArray()
        Terminal.say(String(decoding: writer.bytes, as: UTF8.self))
    }
}
