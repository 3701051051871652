import ConversationStoreContracts
import Domain
import HandoffContextContracts
import IntakeContracts
import Policy
import TestKit
import Testing
import Wire

extension RealMesh {
    /// From a webhook through rule, queue, person and reply back to the assistant, whatever is killed on the way.
    @Suite struct HandoverTests {
        private let mesh: TestMesh
        private let shop: Shop

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh)
            var rules = HandoffRules()
            rules.keywords = [KeywordRule(phrase: "refund", priority: .high)]
            let set = SetRules(workspace: shop.workspace, rules: rules)
            #expect(try mesh.eventually { try isTaken { _ = try mesh.call(.handoffContext, set) } }, "handoff-context hears of nobody")
        }

        /// The way of one conversation; each step may be taken again.
        private final class Way {
            let person: Person
            var conversation = ConversationID()
            var lease = ""

            init(_ person: Person) { self.person = person }
        }

        private static let steps = ["webhook", "queue", "accept", "reply", "release", "assistant"]

        private func take(_ step: String, _ way: Way) throws {
            switch step {
            case "webhook":
                let letter = Letter(from: way.person, 1, sentAt: shop.now, text: "I want a REFUND, \(way.person.mark)")
                #expect(try shop.deliver(letter) == 200)
            case "queue":
                #expect(try mesh.eventually { try isTaken { way.conversation = try waiting(way.person) } }, "the rule asks for nobody")
            case "accept":
                let accept = AcceptHandoff(workspace: shop.workspace, conversation: way.conversation)
                #expect(try mesh.eventually { try isTaken { way.lease = try mesh.call(.handoffContext, accept).lease.text } })
            case "reply":
                #expect(try mesh.eventually { try isTaken { _ = try mesh.call(.intake, reply(way)) } })
                #expect(try mesh.eventually { try isTaken { try isStored("answer-\(way.person.number)", way) } }, "the reply is not stored")
            case "release":
                let release = ReleaseHandoff(workspace: shop.workspace, conversation: way.conversation)
                #expect(try mesh.eventually { try isTaken { _ = try mesh.call(.handoffContext, release) } })
            case "assistant":
                var state: HandoffState?
                #expect(try mesh.eventually { try isTaken { state = try context(way).state } })
                #expect(state == .bot)
            default: Issue.record("no such step: \(step)")
            }
        }

        @Test(arguments: [Peer.handoffContext, .conversationStore])
        func aConversationIsHandedOverAndBackOnceHoweverOftenAServiceDies(killed: Peer) throws {
            for (number, gap) in HandoverTests.steps.indices.dropLast().enumerated() {
                let way = Way(Person(.whatsapp, 10 + number))
                for (index, step) in HandoverTests.steps.enumerated() {
                    try take(step, way)
                    guard index == gap else { continue }
                    mesh.kill(killed)
                    try mesh.start(killed)
                }
            }
            // A rule that had looked at a letter twice would have asked twice.
            let last = Way(Person(.whatsapp, 99))
            try take("webhook", last)
            try take("queue", last)
            let waiting = try mesh.call(.handoffContext, ReadQueue(workspace: shop.workspace, limit: 100))
            #expect(waiting.entries.map(\.conversation) == [last.conversation])
            let texts = try Stored(of: shop).textCounts
            for number in HandoverTests.steps.indices.dropLast() { #expect(texts["answer-\(10 + number)"] == 1) }
        }

        @Test func onlyWhoHoldsTheConversationIsHeard() throws {
            let way = Way(Person(.whatsapp, 1))
            for step in ["webhook", "queue"] { try take(step, way) }
            let ofBot = try #require(try context(way).lease)
            try take("accept", way)
            #expect(throws: NotAnswered.self) { try context(way) }
            // The assistant's lease runs for two minutes yet; nobody has answered since.
            var late = reply(way)
            (late.key, late.author, late.lease) = (RequestKey("late"), .assistant, ofBot.text)
            #expect(code { try mesh.call(.intake, late) } == "notHolder")
            try take("reply", way)
            var forged = reply(way)
            (forged.key, forged.lease) = (RequestKey("forged"), String(way.lease.dropLast(2)) + "AA")
            #expect(code { try mesh.call(.intake, forged) } == "notHolder")

            try take("release", way)
            var afterwards = reply(way)
            afterwards.key = RequestKey("afterwards")
            #expect(code { try mesh.call(.intake, afterwards) } == "notHolder")
            late.lease = try #require(try context(way).lease).text
            #expect(try mesh.call(.intake, late).recorded)
        }

        @Test func anErasureLeavesNothingOfAPersonsHandover() throws {
            let (gone, stays) = (Way(Person(.whatsapp, 1)), Way(Person(.whatsapp, 2)))
            for way in [gone, stays] {
                for step in ["webhook", "queue", "accept", "reply", "release", "assistant"] { try take(step, way) }
            }
            func rows(_ way: Way) throws -> [String] {
                let id = way.conversation.rawValue
                return try ["sessions", "snapshots"].flatMap { table in
                    try OutsideProgram.rows(
                        of: mesh.databasePath(.handoffContext), "SELECT '\(table)', conversation FROM \(table) WHERE conversation = \(id)")
                } + OutsideProgram.rows(of: mesh.databasePath(.intake), "SELECT conversation FROM reply_turns WHERE conversation = \(id)")
            }
            #expect(try rows(gone).count >= 3)

            let accepted = try shop.erase(gone.person)
            #expect(try mesh.eventually { try shop.isCompleted(accepted.deletion) })

            #expect(try rows(gone) == [])
            #expect(try FolderBytes.find(gone.person.traces, in: mesh.folder.path) == [])
            #expect(code { try context(gone) } == "unknownConversation")
            // Nobody else lost anything.
            #expect(try rows(stays).count >= 3)
            #expect(try context(stays).lines.contains { $0.text.contains(stays.person.mark) })
        }

        // MARK: Calls

        /// False while a service is away, or has not heard of everybody yet.
        private func isTaken(_ call: () throws -> Void) throws -> Bool {
            do {
                try call()
                return true
            } catch let error as NotAnswered {
                let waits = ["unknownWorkspace", "forbidden", "unavailable", "deadlineExceeded", "overloaded"]
                guard waits.contains(error.code) else { throw error }
                return false
            } catch is NotYet {
                return false
            }
        }

        private struct NotYet: Error {}

        private func waiting(_ person: Person) throws -> ConversationID {
            guard let conversation = try Stored(of: shop).conversation(with: person) else { throw NotYet() }
            let queue = try mesh.call(.handoffContext, ReadQueue(workspace: shop.workspace, limit: 100))
            guard let entry = queue.entries.first(where: { $0.conversation == conversation.id }) else { throw NotYet() }
            #expect(entry.ask.reason == .keyword && entry.ask.priority == .high)
            return entry.conversation
        }

        private func isStored(_ text: String, _ way: Way) throws {
            guard try Stored(of: shop).messages[way.conversation]?.contains(where: { $0.text == text }) == true else { throw NotYet() }
        }

        private func reply(_ way: Way) -> RecordReply {
            RecordReply(
                key: RequestKey("reply-\(way.person.number)"), workspace: shop.workspace, channel: shop.channels[.whatsapp] ?? ChannelID(),
                recipient: way.person.alias, author: .agent, text: "answer-\(way.person.number)", sentAt: shop.now, lease: way.lease)
        }

        private func context(_ way: Way) throws -> HandoffContext {
            try mesh.call(
                .handoffContext,
                ReadContext(workspace: shop.workspace, conversation: way.conversation, audience: .assistant, tokenBudget: 1000))
        }

        private func code(_ call: () throws -> some Any) -> String? {
            do {
                _ = try call()
                return nil
            } catch {
                return (error as? NotAnswered)?.code
            }
        }
    }
}
