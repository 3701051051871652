import Foundation
import HolderContracts
import Runtime
import TestKit
import Testing

extension RealMesh {
    /// `meshctl datamap --format fides` of running services, judged by fideslang's own models.
    @Suite struct FidesTests {
        private let folder: TemporaryFolder
        private let mesh: TestMesh

        init() throws {
            folder = try TemporaryFolder()
            mesh = try TestMesh()
        }

        @Test func fideslangReadsTheManifestOfARunningMesh() throws {
            let (status, output) = try judge(try manifest())

            #expect(status == 0, "\(output)")
            #expect(output.last?.hasPrefix("valid: ") == true)
        }

        @Test func theManifestHasEveryColumnOfEveryService() throws {
            let manifest = try #require(try JSONSerialization.jsonObject(with: Data(try manifest().utf8)) as? [String: Any])
            let datasets = try #require(manifest["dataset"] as? [[String: Any]])
            #expect(datasets.compactMap { $0["fides_key"] as? String } == MeshPlan.services.map(\.rawValue))

            for (service, dataset) in zip(MeshPlan.services, datasets) {
                let written = (dataset["collections"] as? [[String: Any]] ?? []).flatMap { table in
                    (table["fields"] as? [[String: Any]] ?? []).map { "\(table["name"] ?? "").\($0["name"] ?? "")" }
                }
                let described = try mesh.call(service, DescribeHolder()).columns.map { "\($0.table).\($0.column)" }
                #expect(!written.isEmpty && written.sorted() == described.sorted(), "\(service.rawValue)")
            }
        }

        /// Without this a check that accepts everything would pass.
        @Test func aManifestThatIsWrongIsNotAccepted() throws {
            let manifest = try manifest()
            let faults = [
                (#""user.content.private""#, #""user.content.secret""#, "user.content.secret is no data_category"),
                (#""data_use":"essential.service""#, #""data_use":"resale""#, "resale is no data_use"),
                (#""system_type":"Service","#, "", "system_type"),
                (#""retention_period""#, #""retention_time""#, "fideslang ignores or changes it"),
                (#""dataset_references":["intake"]"#, #""dataset_references":["outtake"]"#, "outtake, which is no dataset")
            ]

            for (right, wrong, complaint) in faults {
                let (status, output) = try judge(manifest.replacing(right, with: wrong))
                #expect(status == 1 && output.contains { $0.contains(complaint) }, "\(complaint): \(output.prefix(3))")
            }
        }

        @Test func withoutThePackageIndexTheCheckFailsAndNamesTheNextStep() throws {
            let file = try write(try manifest())
            let (status, output) = try PythonScript("Fides/run.py").run(
                file, "--environment", folder.path("environment"), environment: ["PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.path])

            #expect(status == 2)
            #expect(output.contains { $0.hasPrefix("Next step: ") })
        }

        private func manifest() throws -> String {
            let run = try MeshctlRun(mesh, "datamap", "--format", "fides")
            #expect(run.status == 0)
            return run.output
        }

        private func judge(_ manifest: String) throws -> (status: Int32, output: [Substring]) {
            try PythonScript("Fides/run.py").run(try write(manifest))
        }

        private func write(_ manifest: String) throws -> String {
            try manifest.write(toFile: folder.path("manifest.yml"), atomically: true, encoding: .utf8)
            return folder.path("manifest.yml")
        }
    }
}
