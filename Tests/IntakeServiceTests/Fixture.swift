import ConversationStoreContracts
import Domain
import Foundation
import IntakeContracts
import Testing
import Wire

@testable import IntakeService

/// One body that a platform posts, in a shape of PLATFORM §2 or §3 with invented values, and the updates that it holds.
struct Fixture: Sendable, CustomTestStringConvertible {
    /// The folder and the file.
    let name: String
    let platform: Platform
    let body: [UInt8]
    /// The feature without which nothing of it is taken in.
    let needs: ChannelFeature?
    /// Comes only by a channel's own door.
    let isFlat: Bool
    let updates: [ExpectedUpdate]

    var testDescription: String { name }

    static let all: [Fixture] = Platform.allCases.flatMap { platform in
        do { return try read(platform) } catch { preconditionFailure("the fixtures can't be read: \(error)") }
    }

    private static func read(_ platform: Platform) throws -> [Fixture] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
            path: platform == .instagram ? "Fixtures/Instagram" : "Fixtures/WhatsApp")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }.map { try Fixture($0, platform) }
    }

    private init(_ file: URL, _ platform: Platform) throws {
        let view = try JSONView(checking: [UInt8](Data(contentsOf: file)))
        name = "\(platform.rawValue)/\(file.deletingPathExtension().lastPathComponent)"
        self.platform = platform
        body = Array(try #require(view["body"]).raw)
        needs = try view["needs"]?.string.map { try #require(ChannelFeature(rawValue: $0)) }
        isFlat = view["door"]?.bool == true
        updates = try #require(view["updates"]?.elements).map { try ExpectedUpdate($0) }
    }

    /// The updates as intake splits them off.
    func split(_ receivedAt: Timestamp, _ keys: InboxKeys) throws -> [Update] {
        try split(JSONView(checking: body), receivedAt, keys)
    }

    /// The same of another body of this shape.
    func split(_ view: JSONView, _ receivedAt: Timestamp, _ keys: InboxKeys) throws -> [Update] {
        switch platform {
        case .instagram: return try #require(InstagramDelivery.updates(of: view, receivedAt: receivedAt, keys: keys))
        case .whatsapp where isFlat: return try #require(WhatsAppDelivery.updates(ofFlat: view, receivedAt: receivedAt, keys: keys))
        case .whatsapp: return try #require(WhatsAppDelivery.updates(of: view, receivedAt: receivedAt, keys: keys))
        }
    }
}

/// What a fixture says of one update: a word, or the event. An id that intake makes ends with `*` there; `"raw":true` stands for the raw
/// update, whatever it is.
struct ExpectedUpdate: Sendable, Equatable, CustomStringConvertible {
    private(set) var description: String
    let event: ChannelEvent?

    init(_ view: JSONView) throws {
        if let word = view.string {
            self.init(word: word)
        } else {
            self.init(try FieldVisitor.read(ChannelEvent.self, from: Array(view.raw)))
        }
    }

    init(_ update: Update) {
        switch update.content {
        case .event(let received): self = ExpectedUpdate(received.event).needing(update.needs)
        case .broken: self.init(word: "broken")
        case .accountEnded: self.init(word: "accountEnded")
        case .addressBook(let entries): self.init(word: "addressBook \(entries)")
        case .test: self.init(word: "test")
        }
    }

    private init(word: String) {
        description = word
        event = nil
    }

    private init(_ event: ChannelEvent) {
        var event = event
        if event.raw != nil { event.raw = RawJSON(checked: Array("true".utf8)) }
        if let colon = event.id.firstIndex(of: ":"), event.id[..<colon].allSatisfy(\.isLetter) { event.id = event.id[...colon] + "*" }
        self.event = event
        description = String(decoding: FieldVisitor.write(event), as: UTF8.self)
    }

    func needing(_ feature: ChannelFeature?) -> ExpectedUpdate {
        guard let feature, event != nil else { return self }
        var expected = self
        expected.description += " needs \(feature.rawValue)"
        return expected
    }
}
