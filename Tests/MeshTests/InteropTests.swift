import Foundation
import TestKit
import Testing

/// A program in another language, written from the printed catalogue and the design alone, does everything with a mesh of real binaries.
@Suite(.serialized) struct InteropTests {
    static let failedStatus: Int32 = 1

    @Test func aPythonClientSpeaksWithTheWholeMesh() throws {
        let mesh = try TestMesh()

        let (status, output) = try run(against: mesh.folder.path)

        #expect(status == 0, "\(output)")
        #expect(output.last?.hasSuffix(" passed, 0 failed") == true)
        #expect(mesh.stopAll() == [0, 0, 0, 0])
    }

    /// Without this a client that checks nothing would pass.
    @Test func itFailsWhereNoMeshIs() throws {
        let folder = try TemporaryFolder()

        let (status, output) = try run(against: folder.path)

        #expect(status == InteropTests.failedStatus)
        #expect(output.last?.hasSuffix(" passed, 0 failed") == false)
    }

    private func run(against folder: String) throws -> (status: Int32, output: [Substring]) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "Interop/run.py")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-B", script.path, "--data", folder, "--meshctl", "\(TestMesh.binaries)/meshctl"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output.split(separator: "\n"))
    }
}
