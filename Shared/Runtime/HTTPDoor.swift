import HTTP

/// A public door of a service, as the service states it; the process makes the server, with host, port, port file and drain.
public struct HTTPDoor: Sendable {
    /// The doors that speak HTTP, as `MeshPlan` gives them ports.
    public enum Name: Sendable {
        case http, console

        var door: MeshPlan.Door {
            switch self {
            case .http: .http
            case .console: .console
            }
        }
    }

    let name: Name
    let limits: HTTPLimits
    let loopCount: Int
    let handler: HTTPHandler

    /// `handler` runs on the server's loop and must not block. `loopCount` is 1 or 2 threads.
    public init(_ name: Name = .http, limits: HTTPLimits = HTTPLimits(), loopCount: Int = 1, _ handler: @escaping HTTPHandler) {
        self.name = name
        self.limits = limits
        self.loopCount = loopCount
        self.handler = handler
    }
}
