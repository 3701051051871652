import Foundation
import Glibc
import Net

/// A program in Python that lies in Tests and serves on a port of its own choice, which it says first. It ends with its owner.
public final class PythonServer: @unchecked Sendable {  // Nothing of it changes.
    public struct NotServing: Error {}

    public let address: SocketAddress
    private let process: Process
    private let input = Pipe()

    /// - Parameter path: below Tests.
    public init(_ path: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-B", root.appending(path: "Tests/\(path)").path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.process = process
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(line.filter(\.isNumber)) else { throw NotServing() }
        address = try SocketAddress(host: "127.0.0.1", port: port)
    }

    deinit {
        // Nothing gentler is sure: a child has the signals blocked that the thread had which started it.
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
