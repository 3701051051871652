import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import Foundation
import HandoffContextContracts
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import TestKit
import Testing
import Wire

extension RealMesh {
    /// Completeness by construction: whatever the data map calls a person's is filled, erased, and looked for in every byte of every file.
    /// A new personal column that nothing here fills fails the test, and one that no erasure reaches does too.
    @Suite struct ErasureCompletenessTests {
        /// Tables that one person's life in the mesh does not fill, with the tests that cover them.
        private static let elsewhere: Set<String> = [
            // On their way for a moment: IntakeServiceTests/ErasureTests, ChatCodeTests, OutageTests.
            "intake outbox", "intake identity_codes", "intake reply_turns",
            // Not understood, or nobody's: IntakeServiceTests/QuarantineTests.
            "intake quarantine", "intake quarantine_names",
            // Of members, and of whoever authorised a connection: IntakeServiceTests/EventTests, MetaCallbackTests.
            "intake usage_events", "intake technical_events", "intake channel_authorizations",
            // What the platform says of our own messages, and public notices: ConversationStoreServiceTests/ErasureTests.
            "conversation-store delivery_statuses", "conversation-store pending_statuses", "conversation-store notices",
            // Between two people: ConversationStoreServiceTests/ParticipantTests.
            "conversation-store links",
            // Sealed, while a request or a hold is open: DeletionCoordinatorServiceTests/ErasureTests, HoldTests.
            "deletion-coordinator subjects", "deletion-coordinator deletions", "deletion-coordinator holds"
        ]
        private let mesh: TestMesh
        private let shop: Shop

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh)
            try mesh.addProgram("feeder", .connector, of: shop.workspace)
        }

        // MARK: A person's life

        private func email(_ person: Person) -> String { "nemo\(person.number)000@lamps.example" }

        private func live(_ person: Person) throws {
            let door = try mesh.webhooks()
            let line = try #require(shop.channels[.whatsapp])
            let body = Deliveries.everything(
                of: person, "lamplover\(person.number)000", email(person), "+1 555 71\(person.number)0007",
                to: Deliveries.accounts(.whatsapp), at: shop.now)
            #expect(try door.post(Shop.path(.whatsapp), body, secret: shop.secret(.whatsapp)).status == 200)
            var known: Conversation?
            #expect(
                try mesh.eventually {
                    known = try Stored(of: shop).conversation(with: person)
                    return try known.map { try Stored(of: shop).messages[$0.id]?.count == 6 } ?? false
                })
            let conversation = try #require(known).id
            var profile = RecordProfile(workspace: shop.workspace, channel: line, person: person.alias, fetchedAt: shop.now)
            profile.name = "\(person.name) Public"
            profile.username = "publiclamplover\(person.number)000"
            profile.pictureURL = "https://pictures.example/\(person.number)000/portrait.jpg"
            profile.followers = 41
            let fields = [
                ParticipantField("field\(person.number)000", text: "value \(person.number)000"), ParticipantField("lamps", number: 3),
                ParticipantField("vip", flag: true), ParticipantField("since", time: shop.now)
            ]
            let participant = try #require(known).participant.id
            _ = try mesh.call(
                .conversationStore, SetParticipantFields(workspace: shop.workspace, participant: participant, fields: fields))
            _ = try mesh.call(
                .conversationStore, UpdateConversation(workspace: shop.workspace, conversation: conversation, assignee: shop.owner))
            let read = MarkConversationRead(
                workspace: shop.workspace, conversation: conversation, until: try #require(known).lastMessage)
            _ = try mesh.call(.conversationStore, read)
            // The search index follows.
            #expect(
                try mesh.eventually {
                    let search = SearchConversations(workspace: shop.workspace, query: person.mark, limit: 1)
                    return try !mesh.call(.conversationStore, search).messages.isEmpty
                })
            let feeder = try mesh.client(to: .conversationStore, as: .connector, name: "feeder")
            defer { feeder.close() }
            #expect(mesh.eventually { if case .ok = feeder.call(profile) { true } else { false } })
            #expect(
                try mesh.eventually {
                    do {
                        _ = try mesh.call(
                            .handoffContext,
                            ReadContext(workspace: shop.workspace, conversation: conversation, audience: .human, tokenBudget: 2000))
                        return true
                    } catch let error as NotAnswered {
                        guard error.code == "unknownConversation" else { throw error }
                        return false
                    }
                })
            _ = try mesh.call(
                .handoffContext,
                RequestHandoff(workspace: shop.workspace, conversation: conversation, reason: .personAsked, priority: .normal))
            _ = try mesh.call(.handoffContext, AcceptHandoff(workspace: shop.workspace, conversation: conversation))
            let form =
                "name=\(person.name)&company=Lamps+\(person.number)000+Ltd&email=\(email(person).replacing("@", with: "%40"))"
                + "&phone=%2B155501\(10_000 + person.number)&message=\(person.mark)+asks&policyVersion=2026-06-19&agreementVersion=2026-01"
            let headers = "Content-Type: application/x-www-form-urlencoded\r\n"
            #expect(try door.post("/demo", Array(form.utf8), secret: nil, headers: headers).status == 303)
        }

        private func erase(_ person: Person) throws {
            let messenger = try shop.erase(person).deletion
            try mesh.actAsPrivacyOfficer()
            let forms = RequestDeletion(
                key: RequestKey("forms"), contact: try #require(Contact(email: email(person))), identity: .repliedFromKnownAddress,
                immediately: true)
            let deletion = try mesh.call(.deletionCoordinator, forms).deletion
            #expect(try mesh.eventually { try shop.isCompleted(messenger) && shop.isCompleted(deletion) })
        }

        // MARK: What the data map calls theirs

        private struct PersonalColumn { let service: Peer, table: String, column: String }

        /// Those that lead to a person and that an erasure removes. Keyed digests name nobody, and tombstones are made of them.
        private func personalColumns() throws -> [PersonalColumn] {
            try MeshPlan.services.flatMap { service in
                try mesh.call(service, DescribeHolder()).columns.filter {
                    $0.subject != nil && $0.erasure != ErasureEffect.keep.rawValue && $0.category != Policy.Category.security.rawValue
                }.map { PersonalColumn(service: service, table: $0.table, column: $0.column) }
            }
        }

        /// What stands in them, as bytes: texts and blobs that are long enough to be nobody else's by chance.
        private func values(_ columns: [PersonalColumn]) throws -> (found: Set<[UInt8]>, empty: Set<String>) {
            var (found, empty): (Set<[UInt8]>, Set<String>) = ([], [])
            for place in columns {
                let path = mesh.databasePath(place.service)
                let count = try OutsideProgram.rows(of: path, "SELECT count(\(place.column)) FROM \(place.table)")
                let table = "\(place.service.rawValue) \(place.table)"
                // Times and kinds are numbers, and nothing to look for: their rows go with the rest.
                let isNumber =
                    try OutsideProgram.rows(
                        of: path, "SELECT type FROM pragma_table_info('\(place.table)') WHERE name = '\(place.column)'") == ["INTEGER"]
                let isElsewhere = ErasureCompletenessTests.elsewhere.contains(table) || isNumber
                if count == ["0"], !isElsewhere { empty.insert("\(table).\(place.column)") }
                let rows = try OutsideProgram.rows(
                    of: path,
                    """
                    SELECT hex(\(place.column)) FROM \(place.table)
                    WHERE typeof(\(place.column)) IN ('text', 'blob') AND length(CAST(\(place.column) AS BLOB)) >= 8
                    """)
                for row in rows { found.insert(try #require(bytes(ofHex: row))) }
            }
            return (found, empty)
        }

        private func bytes(ofHex text: String) -> [UInt8]? {
            let digits = Array(text)
            return stride(from: 0, to: digits.count - 1, by: 2).reduce(into: [UInt8]?([])) { bytes, place in
                if let byte = UInt8(String(digits[place...place + 1]), radix: 16) { bytes?.append(byte) } else { bytes = nil }
            }
        }

        // MARK: Every byte

        /// As it is, in JSON, in a URL, and the part of its base64 that its neighbours don't change, however it is aligned.
        private func forms(of needle: [UInt8]) -> [Data] {
            var forms = [Data(needle)]
            if let text = String(validating: needle, as: UTF8.self) {
                let json = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
                forms += [Data(json.utf8), Data(json.replacing("/", with: "\\/").utf8)]
                let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
                if let escaped = text.addingPercentEncoding(withAllowedCharacters: plain) { forms.append(Data(escaped.utf8)) }
                let digits = text.filter(\.isNumber)
                if text.hasPrefix("+"), digits.utf8.count >= 8 { forms.append(Data(digits.utf8)) }
            }
            for shift in 0..<3 {
                let encoded = Data([UInt8](repeating: 0, count: shift) + needle).base64EncodedString()
                let inner = encoded.dropFirst(shift == 0 ? 0 : 4).dropLast(4)
                if inner.utf8.count >= 12 {
                    forms += [Data(inner.utf8), Data(inner.replacing("+", with: "-").replacing("/", with: "_").utf8)]
                }
            }
            return forms
        }

        /// Those of the needles that stand anywhere below the data folder, keys aside.
        private func standing(_ needles: Set<[UInt8]>) throws -> Set<[UInt8]> {
            var found: Set<[UInt8]> = []
            let folder = mesh.folder.path
            let files = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { !$0.hasPrefix("keys") }
            for name in files {
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder), !isFolder.boolValue else {
                    continue
                }
                let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
                for needle in needles where !found.contains(needle) {
                    if forms(of: needle).contains(where: { data.range(of: $0) != nil }) { found.insert(needle) }
                }
            }
            return found
        }

        @Test func everythingThatTheDataMapCallsAPersonsIsGoneAndNobodyElses() throws {
            let (person, other) = (Person(.whatsapp, 7), Person(.whatsapp, 8))
            let columns = try personalColumns()
            try live(person)
            let (before, empty) = try values(columns)
            #expect(empty == [], "a column that nobody fills is not shown to be erased")
            try live(other)
            let all = try values(columns).found
            // What both have is nobody's: words, types, texts of templates.
            let others = all.subtracting(before)
            let theirs = before.filter { value in !others.contains { Data($0).range(of: Data(value)) != nil } && isTheirs(value, person) }
            #expect(theirs.count >= 12 && others.count >= 12)
            // The positive control: all of them are found before.
            #expect(try standing(theirs) == theirs)

            try erase(person)

            #expect(mesh.stopAll() == [0, 0, 0, 0])
            let left = try standing(theirs)
            #expect(left.map { String(decoding: $0, as: UTF8.self) } == [])
            #expect(try standing(others) == others, "nobody else loses a byte")
            // The negative control: a column that the erasure had passed over would have been seen.
            let passedOver = try #require(theirs.first { String(validating: $0, as: UTF8.self)?.contains(person.mark) == true })
            let text = String(decoding: passedOver, as: UTF8.self).replacing("'", with: "''")
            try OutsideProgram.change(
                mesh.databasePath(.conversationStore),
                "UPDATE messages SET text = '\(text)' WHERE id = (SELECT min(id) FROM messages WHERE text IS NOT NULL)")
            #expect(try standing(theirs).contains(passedOver))
        }

        /// A value that says who it is of: it holds their number somewhere.
        private func isTheirs(_ value: [UInt8], _ person: Person) -> Bool {
            let text = String(decoding: value, as: UTF8.self)
            let marks = person.traces + ["\(person.number)000"]
            return marks.contains { text.localizedCaseInsensitiveContains($0) }
        }
    }
}
