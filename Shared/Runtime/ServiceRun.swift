import Glibc

extension ServiceProcess {
    /// Opens the service for its methods, which all need a handler. Throws what `start` throws, or why a door can't be opened.
    public func open(serving methods: [String], doors: [HTTPDoor] = [], start: () throws -> Void = {}) throws -> OpenService {
        try OpenService(self, serving: methods, doors: doors, start: start)
    }

    /// The last line of a service's main: opens, says `ready`, serves until SIGTERM or SIGINT, closes, and exits with 0.
    ///
    /// - Parameters:
    ///   - methods: the service's catalogue. A method without a handler is a bug.
    ///   - start: starts workers; what must be true before anyone is served, is true when it returns.
    ///   - stop: stops and joins workers, after the last request was answered and all clients were closed.
    public func run(
        serving methods: [String], doors: [HTTPDoor] = [], start: () throws -> Void = {}, stop: () -> Void = {}
    ) -> Never {
        let opened: OpenService
        do { opened = try open(serving: methods, doors: doors, start: start) } catch {
            closeDatabase()
            if isStopping { end(answeredAll: true) }
            failStart("doors", error)
        }
        logReady(opened)
        stopRequest.wait()
        log.event("stopping")
        end(answeredAll: opened.close(stop: stop))
    }

    private func logReady(_ opened: OpenService) {
        let milliseconds = system.clock.monotonicMilliseconds - startedAt
        let ports = opened.ports.map { ($0.door.word, LogValue.int(Int64($0.port))) }
        log.event("ready", fields: ports + [("milliseconds", .int(milliseconds))])
    }

    private func end(answeredAll: Bool) -> Never {
        log.event("stopped", ("answeredAll", .bool(answeredAll)))
        exit(0)
    }
}

extension MeshPlan.Door {
    fileprivate var word: StaticString {
        switch self {
        case .mesh: "mesh"
        case .http: "http"
        case .console: "console"
        }
    }
}
