import MeshContracts
import Wire

extension ServiceProcess {
    /// What every service serves beside its own catalogue.
    static let meshMethods = [
        Echo.contract.method, ReadHealth.contract.method, ReadMetrics.contract.method, ReadContracts.contract.method
    ]

    func registerMeshMethods() {
        router.on(Echo.self) { request, reply in reply.ok(Echo.Response(payload: request.payload)) }
        router.on(ReadHealth.self) { [self] _, reply in reply.ok(healthResponse()) }
        router.on(ReadMetrics.self) { [self] _, reply in
            var response = ReadMetrics.Response()
            response.service = service.rawValue
            response.values = metrics.snapshot()
            response.values["uptime.milliseconds"] = uptimeMilliseconds
            reply.ok(response)
        }
        router.on(ReadContracts.self) { [router] _, reply in
            var response = ReadContracts.Response()
            response.methods = router.catalogue.map { RawJSON(checked: $0.json) }
            reply.ok(response)
        }
    }

    private func healthResponse() -> ReadHealth.Response {
        let report = health.report()
        var response = ReadHealth.Response()
        response.service = service.rawValue
        response.healthy = report.allSatisfy { $0.state.isOK }
        response.uptimeMilliseconds = uptimeMilliseconds
        response.checks = report.map { ReadHealth.Check(name: $0.name, healthy: $0.state.isOK, detail: $0.state.word) }
        return response
    }

    private var uptimeMilliseconds: Int64 { max(0, system.clock.monotonicMilliseconds - startedAt) }
}
