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
        try PythonScript("Interop/run.py").run("--data", folder, "--meshctl", "\(TestMesh.binaries)/meshctl")
    }
}
