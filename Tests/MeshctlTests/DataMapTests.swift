import DeletionCoordinatorContracts
import Domain
import Foundation
import HolderContracts
import Policy
import Runtime
import TestKit
import Testing

@testable import MeshctlCommand

@Suite struct DataMapTests {
    private static let messages = ColumnNote(
        "messages", "text", .communication, for: [.provideService, .complyWithObligation], on: .customerInstruction, kept: .messengerData,
        subject: "participant", erasure: .deleteRow)
    private static let logs = ColumnNote(
        "logs", "address", .technical, for: [.maintainSecurity], on: .legitimateInterest, kept: .technical, subject: nil, erasure: .keep)

    private static func answer(_ holder: String, _ notes: [ColumnNote]) -> DescribeHolder.Response {
        var answer = DescribeHolder.Response()
        answer.holder = holder
        answer.columns = notes.map(DescribeHolder.Column.init)
        return answer
    }

    private static let sample = [answer("store", [messages] + ColumnNote.plain("messages", "id") + [logs])]

    // MARK: The map

    @Test func aColumnServesEachPurposeOnThatPurposesBasis() throws {
        let processings = try DataMap(DataMapTests.sample).processings()

        #expect(
            processings.map { "\($0.processing.purpose) \($0.processing.basis) \($0.tables)" } == [
                "provideService customerInstruction [\"store.messages\"]", "maintainSecurity legitimateInterest [\"store.logs\"]",
                "complyWithObligation legalObligation [\"store.messages\"]"
            ])
    }

    @Test func wordsOfANewerServiceAreAFailureThatNamesTheColumn() {
        for change in [
            { $0.category = "mood" }, { $0.basis = nil }, { $0.retentions = ["forever"] }, { $0.purposes.append("resale") },
            { $0.erasure = "" }
        ] as [(inout DescribeHolder.Column) -> Void] {
            var answer = DataMapTests.answer("store", [DataMapTests.messages])
            change(&answer.columns[0])
            do {
                _ = try DataMap([answer])
                Issue.record("an unknown word was taken")
            } catch {
                let message = (error as? Failure)?.message ?? ""
                #expect(message.hasPrefix("store describes messages.text in words that this meshctl doesn't know"))
            }
        }
    }

    @Test func jsonIsAnotherWordForItsFormat() throws {
        #expect(try DataMapCommand.format(Arguments(["datamap"])) == .table)
        #expect(try DataMapCommand.format(Arguments(["datamap", "--json"])) == .json)
        #expect(try DataMapCommand.format(Arguments(["datamap", "--json", "--format", "json"])) == .json)
        for format in DataMapCommand.Format.allCases {
            #expect(try DataMapCommand.format(Arguments(["datamap", "--format", format.rawValue])) == format)
        }
        for line in [["datamap", "--format", "xml"], ["datamap", "--json", "--format", "html"], ["datamap", "html"]] {
            #expect(Command.run(line) == Exit.usage)
        }
    }

    // MARK: The record of Art. 30

    @Test func whatIsDoneForCustomersStandsInThePartOfTheProcessor() throws {
        let record = try DataMapTests.record()
        let parts = record.components(separatedBy: "## Part 2: ")

        try #require(parts.count == 2)
        #expect(record.contains("Made on 2026-01-01 "))
        let instructed =
            "| provide the service | people who write to a customer's channels | messages, their times and delivery | "
            + "customer's instruction | until the agreement ends | store.messages |"
        #expect(parts[1].contains(instructed) && !parts[0].contains(instructed))
        #expect(parts[0].contains("| technical logs | legitimate interest | for 90 days | store.logs |"))
        for letter in ["(a)", "(b), (c), (f)", "(d)", "(e)", "(g)"] { #expect(parts[0].contains("\n### \(letter) ")) }
        for letter in ["(a)", "(b)", "(c)", "(d)"] { #expect(parts[1].contains("\n### \(letter) ")) }
    }

    @Test func theRecordNamesWhoWorksForUsAndWhatLetsDataLeave() throws {
        let hosting = Subprocessor(
            name: "Example Hosting", kind: .infrastructure, country: "DE", transfer: .none,
            terms: WebLink(rawValue: "https://hosting.example/terms"), erasureChannel: "privacy@hosting.example",
            uses: [DeclaredUse(.communication, for: .provideService), DeclaredUse(.communication, for: .complyWithObligation)])
        let model = Subprocessor(
            name: "Example Models", kind: .ai, country: "US", transfer: .standardClauses,
            terms: WebLink(rawValue: "https://models.example/terms"), erasureChannel: "https://models.example/erase",
            uses: [DeclaredUse(.profile, for: .provideService)])
        var former = model
        former.name = "Former Models"
        former.isEnded = true
        var register = ListSubprocessors.Response()
        register.version = 3
        register.subprocessors = [hosting, model, former].enumerated().map {
            ListSubprocessors.Entry($1, version: Int64($0 + 1), changedAt: Timestamp())
        }

        let record = try DataMapTests.record(register)

        #expect(
            record.contains(
                "Example Hosting, infrastructure, DE: messages, their times and delivery to provide the service and to comply with "
                    + "obligations and people's rights. Terms: https://hosting.example/terms. Told of erasures at privacy@hosting.example.")
        )
        let transfer = "- Example Models, US: standard contractual clauses (Art. 46(2)(c))."
        #expect(record.components(separatedBy: transfer).count == 3, "in both parts")
        #expect(!record.contains("Former Models") && !record.contains("Example Hosting, DE:"))
        // Control: an empty register is said to be empty.
        #expect(try DataMapTests.record().contains("none is in the register"))
    }

    private static func record(_ register: ListSubprocessors.Response = .init()) throws -> String {
        ProcessingRecord(try DataMap(sample), register, madeAt: Timestamp(rawValue: 1_767_225_600_000)).text
    }

    // MARK: The page

    @Test func thePageStandsAloneAndShowsAllThatIsHeld() throws {
        let page = DataMapPage(try DataMap(DataMapTests.sample), madeAt: Timestamp(rawValue: 0)).html

        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("<html lang=\"en\">"))
        for word in ["<script", "src=", "href=", "url(", "@import", "http:", "https:"] { #expect(!page.contains(word), "\(word)") }
        #expect(page.contains("messages.<wbr>text") && page.contains("logs.<wbr>address"))
        #expect(!page.contains("messages.<wbr>id") && page.contains("1 more columns hold no personal data"))
        #expect(page.components(separatedBy: "class=\"service\"").count - 1 == 1)
        #expect(page.components(separatedBy: "class=\"table\"").count - 1 == 2)
    }

    @Test func whatAServiceSaysIsTextOnThePage() throws {
        let note = ColumnNote(
            "<script>alert(1)</script>", "\"><img src=x>", .account, for: [.provideService], on: .contract, kept: .accountData,
            subject: nil,
            erasure: .keep)
        let page = DataMapPage(try DataMap([DataMapTests.answer("a&b", [note])]), madeAt: Timestamp(rawValue: 0)).html

        #expect(!page.contains("<script") && !page.contains("<img"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;.<wbr>&quot;&gt;&lt;img src=x&gt;"))
    }

    // MARK: Fides

    /// A running mesh doesn't hold everything yet; here is a column for every use that the policy allows.
    @Test func fideslangKnowsEveryTermOfThePolicy() throws {
        let uses = Category.allCases.flatMap { category in
            Purpose.allCases.compactMap { purpose -> ColumnNote? in
                guard case .always(let bases) = category.allowance(for: purpose) else { return nil }
                return ColumnNote(
                    category.rawValue, purpose.rawValue, category, for: [purpose], on: bases[0], kept: .forms, subject: nil,
                    erasure: .deleteRow)
            }
        }
        let rest = [
            ColumnNote(
                "events", "kind", .usage, for: [.provideService, .improveProduct], on: .contract, kept: .usage, subject: nil,
                erasure: .clearColumn)
        ]
        let folder = try TemporaryFolder()
        let manifest = FidesManifest(try DataMap(MeshPlan.services.map { DataMapTests.answer($0.rawValue, uses + rest) })).json
        try manifest.write(toFile: folder.path("manifest.yml"), atomically: true, encoding: .utf8)

        let (status, output) = try PythonScript("Fides/run.py").run(folder.path("manifest.yml"))

        #expect(status == 0, "\(output)")
    }
}
