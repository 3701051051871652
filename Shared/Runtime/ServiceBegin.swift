import Glibc
import Policy
import SQLite

extension ServiceProcess {
    /// The first line of a service's main: reads the whole environment, `own` its own variables, and makes the process's parts.
    /// Every problem of configuration and keys is told on stderr, and the exit code is 78.
    ///
    /// Called with `--scan` the process is the byte scan's child instead, and this doesn't return.
    public static func begin<Own>(_ service: Peer, _ own: (inout EnvironmentReader) -> Own) -> (ServiceProcess, Own) {
        scanIfAsked()
        ProcessSettings.apply()
        var environment = EnvironmentReader.ofProcess(service: service)
        let configuration = ServiceConfiguration(&environment)
        let ownConfiguration = own(&environment)
        environment.finish()
        let system = System.real()
        let log = Log(service: service.rawValue, system: system)
        do throws(KeyProblem) {
            let process = try ServiceProcess(service: service, configuration: configuration, system: system, log: log)
            process.watchSignals()
            return (process, ownConfiguration)
        } catch {
            Failure.configuration([error.description])
        }
    }

    /// As `begin`, for a service without variables of its own.
    public static func begin(_ service: Peer) -> ServiceProcess { begin(service) { _ in }.0 }

    private static func scanIfAsked() {
        guard CommandLine.arguments.dropFirst().first == ByteScan.argument else { return }
        ProcessSettings.unblockSignals()
        exit(ByteScan.runAsChild())
    }

    private func watchSignals() {
        let limit = configuration.stopMilliseconds + ProcessSettings.stopGraceMilliseconds
        ProcessSettings.watchSignals(limitMilliseconds: limit) { [stopRequest] in
            stopRequest.make()
        } onTimeout: { [log] in
            log.event("stopTimedOut", level: .error, ("milliseconds", .int(limit)))
            _exit(EX_SOFTWARE)
        }
    }
}
