// swift-tools-version: 6.2
// The map of the mesh: a module's line says what it may use; a service's, which contracts it serves and which it may call.
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

/// A module of Shared, in the folder of its name.
func shared(_ name: String, _ uses: [Target.Dependency] = [], at folder: String? = nil) -> Target {
    .target(name: name, dependencies: uses, path: "Shared/\(folder ?? name)", swiftSettings: strict)
}

/// What every service is built on.
let foundations: [Target.Dependency] = [
    "Access", "Digest", "Domain", "Erasure", "Policy", "Runtime", "SQLite", "Threads", "Wire", "HolderContracts"
]

/// A service: a library, so that tests can link it, and its executable.
func service(_ name: String, binary: String, serves: String, calls: [String], _ uses: [Target.Dependency] = []) -> [Target] {
    let contracts = ([serves] + calls).map { Target.Dependency(stringLiteral: $0) }
    return [
        .target(
            name: "\(name)Service", dependencies: foundations + contracts + uses, path: "Services/\(name)", exclude: ["Main"],
            swiftSettings: strict),
        .executableTarget(
            name: binary, dependencies: [.byName(name: "\(name)Service"), .byName(name: serves), "Runtime"], path: "Services/\(name)/Main",
            swiftSettings: strict)
    ]
}

func tests(_ name: String, _ uses: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: uses, path: "Tests/\(name)", exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "botseller-mesh",
    targets: [
        // Leaves: no module of ours, or only each other.
        .target(name: "CLinux", path: "Shared/CLinux"),
        .systemLibrary(name: "CSQLite", path: "Shared/CSQLite"),
        shared("Threads", ["CLinux"]),
        shared("Digest"),
        shared("Policy"),
        // What crosses the wire.
        shared("Wire", ["Digest", "Policy", "Threads"]),
        shared("Domain", ["Policy", "Wire"]),
        shared("MeshContracts", ["Policy", "Wire"], at: "Contracts/Mesh"),
        shared("HolderContracts", ["Domain", "Policy", "Wire"], at: "Contracts/Holder"),
        shared("IntakeContracts", ["Domain", "Policy", "Wire"], at: "Contracts/Intake"),
        shared("ConversationStoreContracts", ["Domain", "Policy", "Wire"], at: "Contracts/ConversationStore"),
        shared("HandoffContextContracts", ["Domain", "Policy", "Wire"], at: "Contracts/HandoffContext"),
        shared("DeletionCoordinatorContracts", ["Domain", "HolderContracts", "Policy", "Wire"], at: "Contracts/DeletionCoordinator"),
        // What touches the machine.
        shared("Net", ["CLinux", "Digest", "Policy", "Threads", "Wire"]),
        shared("HTTP", ["Net", "Threads"]),
        shared("SQLite", ["CSQLite", "Policy", "Threads"]),
        shared("Runtime", ["Digest", "Domain", "HTTP", "MeshContracts", "Net", "Policy", "SQLite", "Threads", "Wire"]),
        // What all services have in common as parts of one promise.
        shared(
            "Access",
            ["DeletionCoordinatorContracts", "Digest", "Domain", "IntakeContracts", "Policy", "Runtime", "SQLite", "Threads", "Wire"]),
        shared(
            "TestKit",
            [
                "Access", "DeletionCoordinatorContracts", "Digest", "Domain", "IntakeContracts", "MeshContracts", "Net", "Policy",
                "Runtime", "Threads", "Wire"
            ]),
        shared("Erasure", ["Digest", "Domain", "HolderContracts", "Policy", "Runtime", "SQLite", "Threads", "Wire"])
    ]
        + service(
            "Intake", binary: "intake", serves: "IntakeContracts", calls: ["ConversationStoreContracts", "DeletionCoordinatorContracts"],
            ["HTTP", "Net"])
        + service(
            "ConversationStore", binary: "conversation-store", serves: "ConversationStoreContracts",
            calls: ["DeletionCoordinatorContracts", "IntakeContracts"])
        + service(
            "HandoffContext", binary: "handoff-context", serves: "HandoffContextContracts",
            calls: ["ConversationStoreContracts", "DeletionCoordinatorContracts", "IntakeContracts"], ["HTTP", "Net"])
        + service(
            "DeletionCoordinator", binary: "deletion-coordinator", serves: "DeletionCoordinatorContracts", calls: ["IntakeContracts"],
            ["HTTP", "Net"])
        + [
            // The operator's tool: a client of all.
            .target(
                name: "MeshctlCommand",
                dependencies: [
                    "ConversationStoreContracts", "DeletionCoordinatorContracts", "Digest", "Domain", "HandoffContextContracts",
                    "HTTP", "HolderContracts", "IntakeContracts", "MeshContracts", "Net", "Policy", "Runtime", "Threads", "Wire"
                ], path: "Services/Meshctl", exclude: ["Main"], swiftSettings: strict),
            .executableTarget(name: "meshctl", dependencies: ["MeshctlCommand"], path: "Services/Meshctl/Main", swiftSettings: strict)
        ]
        + [
            tests("DigestTests", ["Digest"]),
            tests("WireTests", ["Digest", "Policy", "TestKit", "Threads", "Wire"]),
            tests("NetTests", ["Digest", "Net", "Policy", "TestKit", "Threads", "Wire"]),
            tests("HTTPTests", ["HTTP", "Net", "TestKit", "Threads"]),
            // The scan runs in a child process: this is one that does nothing else.
            .executableTarget(name: "ScanChild", dependencies: ["SQLite"], path: "Tests/SQLiteTests/ScanChild", swiftSettings: strict),
            tests("SQLiteTests", ["Policy", "SQLite", "ScanChild", "Threads"], exclude: ["ScanChild"]),
            tests(
                "RuntimeTests",
                ["Digest", "Domain", "HTTP", "MeshContracts", "Net", "Policy", "Runtime", "SQLite", "TestKit", "Threads", "Wire"]),
            tests(
                "ContractTests",
                [
                    "Access", "ConversationStoreContracts", "DeletionCoordinatorContracts", "Domain", "HandoffContextContracts",
                    "HolderContracts", "IntakeContracts", "MeshContracts", "Policy", "TestKit", "Threads", "Wire"
                ], exclude: ["Goldens"]),
            tests(
                "PolicyTests",
                [
                    "ConversationStoreService", "DeletionCoordinatorService", "HandoffContextService", "HolderContracts", "IntakeService",
                    "Policy", "SQLite"
                ]),
            tests("DomainTests", ["Domain"]),
            tests(
                "AccessTests",
                [
                    "Access", "DeletionCoordinatorContracts", "Digest", "Domain", "IntakeContracts", "Policy", "Runtime", "SQLite",
                    "TestKit", "Threads", "Wire"
                ]),
            tests("ErasureTests", ["Domain", "Erasure", "HolderContracts", "SQLite", "TestKit"]),
            tests(
                "IntakeServiceTests",
                [
                    "Access", "ConversationStoreContracts", "DeletionCoordinatorContracts", "Digest", "Domain", "Erasure", "HTTP",
                    "HolderContracts", "IntakeContracts", "IntakeService", "Net", "Policy", "Runtime", "SQLite", "TestKit", "Threads",
                    "Wire"
                ], exclude: ["Fixtures"]),
            // Both ends of what comes in, over one line.
            tests(
                "DeliveryTests",
                [
                    "ConversationStoreContracts", "ConversationStoreService", "DeletionCoordinatorContracts", "DeletionCoordinatorService",
                    "Digest",
                    "Domain", "Erasure", "HTTP", "HolderContracts",
                    "IntakeContracts", "IntakeService", "Policy", "Runtime", "SQLite", "TestKit", "Threads", "Wire"
                ]),
            tests(
                "ConversationStoreServiceTests",
                [
                    "Access", "ConversationStoreContracts", "ConversationStoreService", "DeletionCoordinatorContracts", "Digest", "Domain",
                    "Erasure", "HolderContracts",
                    "IntakeContracts", "Policy", "Runtime", "SQLite", "TestKit", "Threads", "Wire"
                ]),
            // Its own binary is the scan's child process.
            tests(
                "DeletionCoordinatorServiceTests",
                [
                    "Access", "DeletionCoordinatorContracts", "DeletionCoordinatorService", "deletion-coordinator", "Digest", "Domain",
                    "Erasure", "HTTP", "HolderContracts", "IntakeContracts", "Policy", "Runtime", "SQLite", "TestKit", "Threads", "Wire"
                ]),
            tests(
                "HandoffContextServiceTests",
                [
                    "Access", "ConversationStoreContracts", "DeletionCoordinatorContracts", "Domain", "Erasure", "HTTP",
                    "HandoffContextContracts", "HandoffContextService", "HolderContracts", "IntakeContracts", "Net", "Policy", "Runtime",
                    "SQLite", "TestKit", "Threads", "Wire"
                ]),
            tests(
                "MeshctlTests",
                [
                    "DeletionCoordinatorContracts", "Domain", "HolderContracts", "MeshctlCommand", "Policy", "Runtime", "TestKit", "Wire"
                ]),
            // The real binaries, beside the test runner.
            tests(
                "MeshTests",
                [
                    "ConversationStoreContracts", "DeletionCoordinatorContracts", "Digest", "Domain", "Erasure", "HandoffContextContracts",
                    "HolderContracts", "IntakeContracts", "MeshContracts", "Net", "Policy", "Runtime", "SQLite", "TestKit", "Threads",
                    "Wire", "conversation-store", "deletion-coordinator", "handoff-context", "intake", "meshctl"
                ]),
            // Speed as ratios to raw C of the same run: `compose/mesh bench`.
            .target(
                name: "Baselines", dependencies: ["CSQLite"], path: "Tests/Benchmarks/Baselines",
                cSettings: [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)],
                linkerSettings: [.linkedLibrary("sqlite3")]),
            .executableTarget(
                name: "benchmarks",
                dependencies: [
                    "Access", "Baselines", "CLinux", "ConversationStoreContracts", "Digest", "Domain", "HTTP", "HandoffContextContracts",
                    "IntakeContracts", "MeshContracts", "Net", "Policy", "Runtime", "Threads", "Wire"
                ], path: "Tests/Benchmarks", exclude: ["Baselines"], swiftSettings: strict)
        ]
)
