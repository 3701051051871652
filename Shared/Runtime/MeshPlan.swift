import Policy

/// Which ports the services have and which of them call which: the mesh of DESIGN §1, as a table.
public enum MeshPlan {
    /// The four services; the peer that is left over, `operator`, is no process that listens.
    public static let services: [Peer] = [.intake, .conversationStore, .handoffContext, .deletionCoordinator]

    /// The largest distance of a port from the base port.
    static let portOffsetMax: UInt16 = 82

    /// Who calls whom. Each pair has a key of its own.
    public static let calls: [(caller: Peer, callee: Peer)] =
        services.map { (.operator, $0) } + [
            (.intake, .conversationStore), (.intake, .deletionCoordinator),
            (.conversationStore, .intake), (.conversationStore, .deletionCoordinator),
            (.handoffContext, .conversationStore), (.handoffContext, .intake), (.handoffContext, .deletionCoordinator),
            (.deletionCoordinator, .intake), (.deletionCoordinator, .conversationStore), (.deletionCoordinator, .handoffContext)
        ]

    /// A socket that a service listens on.
    public enum Door: String, Sendable, CaseIterable {
        /// Other processes of the mesh.
        case mesh
        /// The public, through a proxy.
        case http
        /// The privacy officer, on this machine only.
        case console
    }

    /// How far from the base port a service's door is; nil when the service has no such door.
    static func portOffset(_ service: Peer, _ door: Door) -> UInt16? {
        switch (service, door) {
        case (.intake, .mesh): 1
        case (.conversationStore, .mesh): 2
        case (.handoffContext, .mesh): 3
        case (.deletionCoordinator, .mesh): 4
        case (.intake, .http): 80
        case (.deletionCoordinator, .http): 81
        case (.deletionCoordinator, .console): 82
        case (.intake, .console), (.conversationStore, .http), (.conversationStore, .console), (.handoffContext, .http),
            (.handoffContext, .console), (.operator, _), (.gateway, _), (.connector, _), (.assistant, _):
            nil
        }
    }
}
