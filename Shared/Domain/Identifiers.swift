import Wire

/// An identifier that we chose ourselves: 1 to 64 of what `RequestKey` allows; never made from personal data.
public protocol NameIdentifier: RawRepresentable<String>, WireValue, Hashable, Comparable {
    init(rawValue: String)
    var rawValue: String { get set }
}

extension NameIdentifier {
    public init() { self.init(rawValue: "") }
    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.text(&rawValue, min: 1, max: 64, of: .name) }
    public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

/// An identifier that a table counted up and never gives twice.
public protocol NumberIdentifier: RawRepresentable<Int64>, WireValue, Hashable, Comparable {
    init(rawValue: Int64)
    var rawValue: Int64 { get set }
}

extension NumberIdentifier {
    public init() { self.init(rawValue: 0) }
    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.integer(&rawValue, 0...Int64.max) }
    public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

/// One customer's space.
public struct WorkspaceID: NameIdentifier {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Stands where nobody knows the workspace, or there is none: `-` alone is never given as one.
    public static let nobodys = WorkspaceID(rawValue: "-")
}

/// One connected account of a platform in a workspace.
public struct ChannelID: NameIdentifier {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// One connected system of a workspace that is no messenger.
public struct IntegrationID: NameIdentifier {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Somebody who may act: one of a customer's people, an assistant, or one of Botseller's own people. Who that is, the gateway knows
/// that signs them in; the mesh keeps neither name nor address.
public struct MemberID: NameIdentifier {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

public struct ConversationID: NumberIdentifier {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct MessageID: NumberIdentifier {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A person as one workspace knows them.
public struct ParticipantID: NumberIdentifier {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// One request to delete.
public struct DeletionID: NumberIdentifier {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// One legal hold.
public struct HoldID: NumberIdentifier {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// One time that what had been kept long enough was deleted.
public struct RetentionRunID: NumberIdentifier {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// One time that somebody got personal data.
public struct DisclosureID: NumberIdentifier {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// One consent that somebody gave.
public struct ConsentID: NumberIdentifier {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// One form that somebody sent.
public struct FormID: NumberIdentifier {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Where a follower stands in a feed: the epoch changes when the feed's owner was restored, and the follower starts anew.
public struct Cursor: Fields, Hashable {
    public var epoch = ""
    public var sequence: Int64 = 0

    /// The beginning.
    public init() {}

    public init(epoch: String, sequence: Int64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("epoch", &epoch, max: 32)
        fields.field("sequence", &sequence, 0...Int64.max)
    }
}
