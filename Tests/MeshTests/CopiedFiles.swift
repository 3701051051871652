import Foundation
import HolderContracts
import Policy
import Runtime
import TestKit
import Testing

/// Copies of some services' files, as a backup has them, and their way back.
struct CopiedFiles {
    private let folder: TemporaryFolder
    let services: [Peer]

    var path: String { folder.path }

    /// While they work.
    init(_ mesh: TestMesh, _ services: [Peer] = MeshPlan.services) throws {
        folder = try TemporaryFolder()
        self.services = services
        for service in services { _ = try mesh.call(service, CopyHolder(file: folder.path("\(service.rawValue).sqlite"))) }
    }

    /// In place of the files of services that stand still.
    /// - Parameter asTheFileItself: without the mark that says it is a copy: the negative control of all that happens with one.
    func putBack(_ services: [Peer]? = nil, into mesh: TestMesh, asTheFileItself: Bool = false) throws {
        for service in services ?? self.services {
            let path = mesh.databasePath(service)
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.removeItem(atPath: path + suffix)
            }
            try FileManager.default.copyItem(atPath: folder.path("\(service.rawValue).sqlite"), toPath: path)
            if asTheFileItself { try CopiedFiles.forgetThatItIsACopy(path) }
        }
    }

    /// Sets `user_version` to 0. Source: sqlite.org/fileformat2.html section 1.3.
    static func forgetThatItIsACopy(_ path: String) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 60)
        #expect(try file.read(upToCount: 4) != Data(count: 4))
        try file.seek(toOffset: 60)
        try file.write(contentsOf: Data(count: 4))
        try file.close()
    }
}
