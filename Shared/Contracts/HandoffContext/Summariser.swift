import Wire

/// A language model outside the mesh that a workspace plugs in to shorten its talks, behind an endpoint as OpenAI's chat completions.
///
/// The operator has to have configured its host; credentials are added by the proxy that listens there. What it gets is put on record as a
/// disclosure first. Without an answer in time, or with one that says more than it was told, the summary is extractive.
public struct Summariser: Fields, Equatable {
    public var host = ""
    /// As its endpoint calls it.
    public var model = ""

    public init() {}
    public init(host: String, model: String) {
        self.host = host
        self.model = model
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("host", &host, min: 1, max: 100)
        fields.field("model", &model, min: 1, max: 100)
    }
}
