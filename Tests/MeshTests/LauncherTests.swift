import Foundation
import Policy
import Runtime
import TestKit
import Testing

extension RealMesh {
    /// `compose/mesh` as an operator uses it, on ports that the kernel chooses.
    @Suite(.enabled(if: Launcher.isThere, "the launcher or a binary is not there"))
    struct LauncherTests {
        private let launcher: Launcher

        init() throws { launcher = try Launcher() }

        @Test func whatIsUpIsHealthyComesBackAfterACrashAndGoesWithoutATrace() throws {
            defer { launcher.downIfUp() }
            let up = try launcher.run("up", "--detach", "--base-port", "0", "--debug")
            #expect(up.status == 0, "\(up.output)")

            let status = try launcher.run("status", "--base-port", "0", "--debug")
            #expect(status.status == 0, "\(status.output)")
            #expect(status.output.components(separatedBy: "healthy").count - 1 == MeshPlan.services.count)

            // A crash is seen, told, and mended.
            let crashed = try #require(launcher.process("conversation-store"))
            kill(crashed, SIGKILL)
            #expect(launcher.eventually { launcher.process("conversation-store").map { $0 != crashed } ?? false })
            #expect(
                launcher.eventually {
                    do { return try launcher.run("status", "--base-port", "0", "--debug").status == 0 } catch { return false }
                })
            let log = launcher.log
            #expect(log.contains("conversation-store ended with code 137"))
            #expect(log.contains("starting conversation-store again"))
            #expect(!log.contains("intake ended"))

            let again = try launcher.run("up", "--detach", "--base-port", "0", "--debug")
            #expect(again.status != 0, "two meshes on one folder")

            let processes = (MeshPlan.services.map(\.rawValue) + ["mesh"]).compactMap(launcher.process)
            #expect(processes.count == MeshPlan.services.count + 1)
            #expect(processes.allSatisfy { Launcher.isAlive($0) })
            let down = try launcher.run("down")
            #expect(down.status == 0, "\(down.output)")
            #expect(launcher.eventually { processes.allSatisfy { !Launcher.isAlive($0) } }, "the kernel buries them a moment later")
            #expect(try launcher.portFiles() == [])
            #expect(try launcher.run("status", "--base-port", "0", "--debug").status != 0)
        }

        @Test func aCrashWhileTheLauncherWaitsForACommandIsSeen() throws {
            defer { launcher.downIfUp() }
            // Its own binaries: a service that does nothing, and a status that kills one before it ends.
            let killing = """
                case "$*" in status\\ --data*) kill -KILL "$(cat "$3/run/conversation-store.pid")"; sleep 0.3 ;; esac
                """
            let binaries = try launcher.binaries(service: #"echo '"event":"ready"'; exec sleep 600"#, meshctl: killing)

            let up = try launcher.run("up", "--detach", "--base-port", "0", "--debug", variables: ["LAUNCHER_BINARIES": binaries])

            #expect(up.status == 0, "\(up.output)")
            #expect(launcher.eventually { launcher.log.contains("starting conversation-store again") })
        }

        @Test func aMeshThatCannotStartSaysWhyAtOnceAndLeavesNothing() throws {
            defer { launcher.downIfUp() }
            let started = Date()

            let up = try launcher.run("up", "--base-port", "0", "--debug", variables: ["MESH_STOP_MILLISECONDS": "soon"])

            #expect(up.status != 0)
            #expect(up.output.contains("MESH_STOP_MILLISECONDS"))
            #expect(Date().timeIntervalSince(started) < 10)
            #expect((MeshPlan.services.map(\.rawValue) + ["mesh"]).compactMap(launcher.process).filter(Launcher.isAlive) == [])
        }
    }
}

/// The launcher on a data folder of its own.
struct Launcher {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("compose/mesh").path

    static let isThere = ([path] + (MeshPlan.services.map(\.rawValue) + ["meshctl"]).map { "\(TestMesh.binaries)/\($0)" })
        .allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

    /// The build that runs the tests holds the package's lock, so the launcher is told where the binaries are.
    func run(_ arguments: String..., variables: [String: String] = [:]) throws -> (status: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        // As from a shell: a test's thread blocks signals, Foundation hands down a descriptor by which it waits for the end, and a mesh
        // in the background would keep both.
        let fresh = """
            import signal, subprocess, sys
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            sys.exit(subprocess.run(sys.argv[1:], close_fds=True).returncode)
            """
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", fresh, Launcher.path] + arguments + ["--data", folder.path]
        process.environment = ProcessInfo.processInfo.environment.merging(["LAUNCHER_BINARIES": TestMesh.binaries]) { $1 }
            .merging(variables) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// A folder with binaries that are these scripts.
    func binaries(service: String, meshctl: String) throws -> String {
        let path = folder.path("binaries")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, script) in MeshPlan.services.map({ ($0.rawValue, service) }) + [("meshctl", meshctl)] {
            let isMade = FileManager.default.createFile(
                atPath: "\(path)/\(name)", contents: Data("#!/bin/sh\n\(script)\n".utf8), attributes: [.posixPermissions: 0o700])
            guard isMade else { throw CocoaError(.fileWriteUnknown) }
        }
        return path
    }

    func downIfUp() {
        guard process("mesh") != nil else { return }
        do { _ = try run("down") } catch { Issue.record("the mesh could not be stopped: \(error)") }
    }

    /// By its pid file; nil without one.
    func process(_ name: String) -> Int32? { Int32(text("run/\(name).pid").trimmingCharacters(in: .whitespacesAndNewlines)) }

    var log: String { text("logs/mesh.log") }

    func portFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path("run")).filter { $0.hasSuffix(".port") }
    }

    static func isAlive(_ process: Int32) -> Bool { kill(process, 0) == 0 }

    func eventually(_ isSo: () -> Bool) -> Bool {
        let end = Date(timeIntervalSinceNow: 20)
        while Date() < end {
            if isSo() { return true }
            usleep(20_000)  // Another process's work: only its traces tell.
        }
        return isSo()
    }

    private func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: folder.path(name)) ?? Data(), as: UTF8.self)
    }
}
