import Foundation

/// A program in Python that lies in Tests and judges from outside what we made.
public struct PythonScript: Sendable {
    private let path: String

    /// - Parameter path: below Tests.
    public init(_ path: String) { self.path = path }

    /// Runs it to its end; its exit code and what it said on both streams, by lines.
    ///
    /// - Parameter environment: variables beside our own.
    public func run(_ arguments: String..., environment: [String: String] = [:]) throws -> (status: Int32, output: [Substring]) {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-B", root.appending(path: "Tests/\(path)").path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output.split(separator: "\n"))
    }
}
