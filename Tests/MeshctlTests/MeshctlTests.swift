import DeletionCoordinatorContracts
import Domain
import Testing
import Wire

@testable import MeshctlCommand

@Suite struct MeshctlTests {
    @Test(arguments: [
        ["call", "mesh.echo", "{}", "--to", "intake", "--timeout", "600001"],
        ["call", "mesh.echo", "{}", "--to", "intake", "--timeout", "0"],
        ["call", "mesh.echo", "{}", "--to", "intake", "--key", "a name"],
        ["delete", "--workspace", "w", "--platform", "whatsapp", "--phone", "15550100017", "--key", "for Ada"]
    ])
    func whatTheMeshWouldRefuseIsAUsageErrorBeforeItIsSent(line: [String]) {
        #expect(Command.run(line) == Exit.usage)
    }

    @Test func aServiceThatIsDownSaysWhyAsJSONToo() {
        let report = text(StatusCommand.down(.intake, "connect: Connection refused"))
        #expect(
            report == #"{"service":"intake","healthy":false,"uptimeMilliseconds":0,"checks":"#
                + #"[{"name":"reachable","healthy":false,"detail":"connect: Connection refused"}]}"#)
    }

    @Test func patienceEndsWhenNothingMovesAndBeginsAnewWithEachStep() {
        var response = ReadDeletion.Response()
        response.deletion.id = DeletionID(rawValue: 31)
        response.deletion.state = .erasing
        response.deletion.failedAttempts = 4
        var patience = Patience(now: 0)

        #expect(patience.problem(response, now: 10) == nil)
        #expect(patience.problem(response, now: 9 + Patience.milliseconds) == nil)
        response.proofs.append(.init())
        #expect(patience.problem(response, now: 10 + Patience.milliseconds) == nil)
        let problem = patience.problem(response, now: 10 + 2 * Patience.milliseconds) ?? ""
        #expect(problem.hasPrefix("deletion 31 is still erasing after 75 s without a step (4 attempts failed)"))
    }

    private func text<Value: WireValue>(_ value: Value) -> String { String(decoding: FieldVisitor.write(value), as: UTF8.self) }
}
