import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import Foundation
import HandoffContextContracts
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Wire

extension RealMesh {
    /// Completeness by construction: whatever the data map calls a person's is filled, erased, and looked for in every byte of every file.
    /// A new personal column that nothing here fills fails the test, and one that no erasure reaches does too.
    @Suite struct ErasureCompletenessTests {
        /// Tables that one person's life in the mesh does not fill, with the test that shows their erasure.
        private static let elsewhere = [
            // On their way for a moment.
            "intake outbox": "MeshTests/RestoredPeopleTests/nobodyWhomIntakesTablesNamedComesBackWithThem",
            "intake identity_codes": "MeshTests/ChatCodeTests/theCodeSentInTheChatErasesThatChatAndNoOther",
            "intake reply_turns": "IntakeServiceTests/ReplyTests/anErasureTakesThePersonsTurnsAndNobodyElses",
            // Not understood, or nobody's.
            "intake quarantine": "IntakeServiceTests/QuarantineTests/anErasureFindsAPieceByAnyNameInIt",
            "intake quarantine_names": "IntakeServiceTests/QuarantineTests/moreNamesThanAreIndexedAreStillFound",
            // Of members, and of whoever authorised a connection.
            "intake usage_events": "IntakeServiceTests/EventTests/anErasureTakesAMembersEventsAndNobodyElses",
            "intake technical_events": "IntakeServiceTests/EventTests/anErasureTakesAMembersEventsAndNobodyElses",
            "intake channel_authorizations": "MeshTests/MetaCallbackTests/aCallbackErasesTheConnectionThatItsUserAuthorised",
            // What the platform says of our own messages, and public notices.
            "conversation-store delivery_statuses": "ConversationStoreServiceTests/ErasureTests/theReceiptCountsEveryRowOfThePerson",
            "conversation-store pending_statuses": "ConversationStoreServiceTests/ErasureTests/theReceiptCountsEveryRowOfThePerson",
            "conversation-store notices": "ConversationStoreServiceTests/KindTests/aNoticeThatNamesAnErasedPersonGoesWithThem",
            // Between two people.
            "conversation-store links": "ConversationStoreServiceTests/ParticipantTests/noByteOfFieldsAndLinksIsLeft",
            // Sealed, while a request is open, a hold stands, or an answer waits to be sent.
            "deletion-coordinator subjects": "DeletionCoordinatorServiceTests/ErasureTests/theFileKnowsNobodyWhileTheRequestIsOpenNorAfter",
            "deletion-coordinator deletions":
                "DeletionCoordinatorServiceTests/ErasureTests/theFileKnowsNobodyWhileTheRequestIsOpenNorAfter",
            "deletion-coordinator holds": "DeletionCoordinatorServiceTests/HoldTests/holdsAreListedAndNameNobodyOnceTheyAreLifted",
            "deletion-coordinator correspondents":
                "DeletionCoordinatorServiceTests/NoticeTests/anErasureTakesWhatLiesInTheSpoolForThatAddressOfRequestsThatEnded"
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

        /// As a mailer does: what it took is no file of ours any more.
        private func takeNotices() throws {
            let folder = mesh.folder.path("notices")
            let text = { (name: String) in String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")), as: UTF8.self)
            }
            #expect(
                try mesh.eventually {
                    try FileManager.default.contentsOfDirectory(atPath: folder).contains { try text($0).contains("Your data is erased") }
                })
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
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

        private func contents(_ columns: [PersonalColumn], of service: Peer) throws -> [OutsideProgram.ColumnContent] {
            let own = columns.filter { $0.service == service }.map { (table: $0.table, column: $0.column) }
            return try OutsideProgram.contents(of: mesh.databasePath(service), own)
        }

        /// What stands in them, and columns that nobody fills though nothing else shows their erasure.
        private func values(_ columns: [PersonalColumn]) throws -> (found: Set<[UInt8]>, empty: Set<String>) {
            var (found, empty): (Set<[UInt8]>, Set<String>) = ([], [])
            for service in MeshPlan.services {
                for content in try contents(columns, of: service) {
                    let table = "\(service.rawValue) \(content.table)"
                    // Times and kinds are numbers, and nothing to look for: their rows go with the rest.
                    let isElsewhere = ErasureCompletenessTests.elsewhere[table] != nil || content.type == "INTEGER"
                    if content.count == 0, !isElsewhere { empty.insert("\(table).\(content.column)") }
                    found.formUnion(content.values)
                }
            }
            return (found, empty)
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
            try takeNotices()

            #expect(mesh.stopAll() == [0, 0, 0, 0])
            let left = try standing(theirs)
            #expect(left.map { String(decoding: $0, as: UTF8.self) } == [])
            #expect(try standing(others) == others, "nobody else loses a byte")
            // The negative control: a column, whichever, that the erasure had passed over would have been seen.
            for service in MeshPlan.services { try leave(in: columns, of: service) }
        }

        /// Leaves a word in every personal column of a service that holds text or bytes, and looks whether each is found, and where it is.
        private func leave(in columns: [PersonalColumn], of service: Peer) throws {
            let path = mesh.databasePath(service)
            var left: [OutsideProgram.Leftover] = []
            for content in try contents(columns, of: service) where content.type != "INTEGER" {
                let word = "left-\(service.rawValue)-\(1000 + left.count)-behind"
                left.append(.init(table: content.table, column: content.column, word: word))
            }
            guard !left.isEmpty else { return }
            try OutsideProgram.leave(left, in: path)
            let words = left.map { Array($0.word.utf8) }
            #expect(try standing(Set(words)) == Set(words))
            let report = try ByteScan.inChildProcess(files: [path], needles: words, executable: "\(TestMesh.binaries)/\(service.rawValue)")
            for (index, leftover) in left.enumerated() {
                let found = report.hits.filter { $0.needle == index && $0.place == .live }.compactMap(\.table)
                #expect(found.contains(leftover.table), "\(service.rawValue) \(leftover.table).\(leftover.column) is not found there")
            }
        }

        /// Each table that is shown elsewhere is personal and really is: its test stands.
        @Test func whatIsShownElsewhereIsShown() throws {
            let tables = Set(try personalColumns().map { "\($0.service.rawValue) \($0.table)" })
            #expect(Set(ErasureCompletenessTests.elsewhere.keys).subtracting(tables) == [], "not personal")
            let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            for (table, name) in ErasureCompletenessTests.elsewhere {
                let parts = name.split(separator: "/").map(String.init)
                let file = tests.appendingPathComponent(parts[0]).appendingPathComponent("\(parts[1]).swift")
                let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
                #expect(text.contains("func \(parts[2])("), "\(table): no \(name)")
            }
        }

        /// A value that says who it is of: it holds their number somewhere.
        private func isTheirs(_ value: [UInt8], _ person: Person) -> Bool {
            let text = String(decoding: value, as: UTF8.self)
            let marks = person.traces + ["\(person.number)000"]
            return marks.contains { text.localizedCaseInsensitiveContains($0) }
        }
    }
}
