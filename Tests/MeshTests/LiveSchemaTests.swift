import HolderContracts
import Policy
import Runtime
import TestKit
import Testing

extension RealMesh {
    /// No service runs on a schema that its data map doesn't account for.
    @Suite struct LiveSchemaTests {
        @Test func everyServiceDescribesEveryColumnOfItsFile() throws {
            let mesh = try TestMesh()

            for service in MeshPlan.services {
                let described = try mesh.call(service, DescribeHolder()).columns.map { "\($0.table).\($0.column)" }
                let live = try OutsideProgram.rows(
                    of: mesh.databasePath(service),
                    """
                    SELECT tables.name || '.' || columns.name FROM sqlite_schema AS tables, pragma_table_xinfo(tables.name) AS columns
                    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite@_%' ESCAPE '@'
                    """)
                #expect(!live.isEmpty && described.sorted() == live.sorted(), "\(service.rawValue)")
            }
        }

        @Test(arguments: MeshPlan.services)
        func aColumnOrATableThatNobodyAnnotatedStopsTheStart(service: Peer) throws {
            let mesh = try TestMesh([service])
            mesh.stop(service)
            let file = mesh.databasePath(service)

            try OutsideProgram.alter(file, "ALTER TABLE tombstones ADD COLUMN mood TEXT")
            #expect(refusal(of: service, mesh).contains("column without annotation: tombstones.mood"))
            try OutsideProgram.alter(file, "ALTER TABLE tombstones DROP COLUMN mood")
            try OutsideProgram.alter(file, "CREATE TABLE resold (person TEXT) STRICT")
            #expect(refusal(of: service, mesh).contains("column without annotation: resold.person"))
            try OutsideProgram.alter(file, "DROP TABLE resold")
            try OutsideProgram.alter(file, "ALTER TABLE tombstones RENAME COLUMN placed_at TO stood_at")
            #expect(refusal(of: service, mesh).contains("annotation without column: tombstones.placed_at"))

            // The negative control: as it was, it starts.
            try OutsideProgram.alter(file, "ALTER TABLE tombstones RENAME COLUMN stood_at TO placed_at")
            #expect(refusal(of: service, mesh) == "")
        }

        /// What a service says when it doesn't start; empty when it does.
        private func refusal(of service: Peer, _ mesh: TestMesh) -> String {
            do {
                try mesh.start(service)
                return ""
            } catch {
                mesh.kill(service)
                return (error as? TestMesh.NotReady)?.log ?? "\(error)"
            }
        }
    }
}
