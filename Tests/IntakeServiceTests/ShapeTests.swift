import ConversationStoreContracts
import Domain
import IntakeContracts
import Testing
import Wire

@testable import IntakeService

/// Every shape that a platform sends (PLATFORM §§2, 3), a fixture file each.
struct ShapeTests {
    private let receivedAt = Timestamp(rawValue: 1_767_225_600_000)
    private let keys = InboxKeys(key: Array(repeating: 7, count: 32))

    @Test(arguments: Fixture.all)
    func aShapeIsTakenAsItsFixtureSays(fixture: Fixture) throws {
        let updates = try fixture.split(receivedAt, keys)

        #expect(updates.map { ExpectedUpdate($0).description } == fixture.updates.map { $0.needing(fixture.needs).description })
        #expect(try fixture.split(receivedAt, keys).map { ExpectedUpdate($0) } == updates.map { ExpectedUpdate($0) })
    }

    /// What quarantine keeps of an update is what the platform would post of it alone: released, it is taken as if it came now.
    @Test(arguments: Fixture.all)
    func anUpdatesPieceHoldsThatUpdateAndNoOther(fixture: Fixture) throws {
        for update in try fixture.split(receivedAt, keys) {
            let piece = update.piece()
            let view = try JSONView(checking: piece)
            let again =
                switch fixture.platform {
                case .instagram: InstagramDelivery.updates(of: view, receivedAt: receivedAt, keys: keys)
                case .whatsapp:
                    WhatsAppDelivery.updates(of: view, receivedAt: receivedAt, keys: keys)
                        ?? WhatsAppDelivery.updates(ofFlat: view, receivedAt: receivedAt, keys: keys)
                }
            #expect(again?.map { ExpectedUpdate($0) } == [ExpectedUpdate(update)])
            #expect(again?.first.map(\.recipient) == update.recipient)
            if case .event(let received) = update.content, case .event(let other)? = again?.first?.content {
                #expect(received.event == other.event)
                #expect(received.day == other.day)
            }
        }
    }

    /// A template is approved, paused, and approved again: in the same words, and not the same event.
    @Test(arguments: Fixture.all.filter { $0.updates.contains { $0.event?.kind == .template || $0.event?.kind == .account } })
    func whatIsToldOfAnAccountLaterIsAnotherEvent(fixture: Fixture) throws {
        let later = String(decoding: fixture.body, as: UTF8.self).replacing("17672250", with: "17672251")
        func ids(_ updates: [Update]) -> [String] {
            updates.compactMap { $0.received?.event }.filter { $0.kind == .template || $0.kind == .account }.map(\.id)
        }

        let first = ids(try fixture.split(receivedAt, keys))
        let second = ids(try fixture.split(JSONView(checking: Array(later.utf8)), receivedAt, keys))

        #expect(!first.isEmpty && first.count == second.count)
        #expect(Set(first).isDisjoint(with: second))
    }

    /// Whatever a shape says, an unknown member anywhere in it must not be lost.
    @Test(arguments: Fixture.all)
    func whatAShapeSaysMoreIsKept(fixture: Fixture) throws {
        let text = String(decoding: fixture.body, as: UTF8.self)
        for opening in [#""message":{"#, #""payload":{"#, #""reply_to":{"#, #""reaction":{"#, #""text":{"#, #""context":{"#, #""image":{"#]
        {
            guard text.contains(opening), !text.contains("\(opening)}"), fixture.updates.contains(where: { $0.event != nil }) else {
                continue
            }
            let widened = text.replacing(opening, with: #"\#(opening)"nobody_knows":{"x":1},"#)
            let view = try JSONView(checking: Array(widened.utf8))
            let kept = try fixture.split(view, receivedAt, keys).compactMap(\.received).filter {
                String(decoding: $0.json, as: UTF8.self).contains("nobody_knows")
            }
            #expect(!kept.isEmpty, "\(opening)")
        }
    }
}
