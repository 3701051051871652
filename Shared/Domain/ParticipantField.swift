import Wire

/// One field of a person, with a value of one type; without one it is to be removed.
public struct ParticipantField: Fields, Equatable {
    public static let textLengthMax = 1024

    public var name = ""
    public var text: String?
    /// Whole; cents, not euros.
    public var number: Int64?
    public var flag: Bool?
    public var time: Timestamp?

    public init() {}
    public init(_ name: String, text: String? = nil, number: Int64? = nil, flag: Bool? = nil, time: Timestamp? = nil) {
        self.name = name
        self.text = text
        self.number = number
        self.flag = flag
        self.time = time
    }

    public var valueCount: Int { [text != nil, number != nil, flag != nil, time != nil].count { $0 } }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("name", &name, min: 1, max: 64)
        fields.field("text", &text, max: ParticipantField.textLengthMax)
        fields.field("number", &number, Int64.min...Int64.max)
        fields.field("flag", &flag)
        fields.field("time", &time)
    }
}
