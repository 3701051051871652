import Foundation
import TestKit

/// One command of the real `meshctl` against a mesh, to its end.
struct MeshctlRun {
    let status: Int32
    let output: String

    /// - Parameter file: where the output goes, as behind `>`.
    init(_ mesh: TestMesh, _ arguments: String..., into file: String? = nil) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(TestMesh.binaries)/meshctl")
        process.arguments = arguments + ["--data", mesh.folder.path, "--base-port", "0"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        if let file { try bytes.write(to: URL(fileURLWithPath: file)) }
        status = process.terminationStatus
        output = String(decoding: bytes, as: UTF8.self)
    }
}
