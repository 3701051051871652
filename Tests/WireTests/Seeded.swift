import Wire

/// The same numbers in every run (SplitMix64), so that what a test generates can be generated again.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    mutating func oneOf<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}

/// What the strict reader says about a whole text: nil when it takes it.
func strictFailure(_ bytes: [UInt8]) -> WireError? {
    do throws(WireError) {
        _ = try FieldVisitor.read(RawJSON.self, from: bytes)
        return nil
    } catch { return error }
}

func webhookFailure(_ bytes: [UInt8]) -> WireError? {
    do throws(WireError) {
        _ = try JSONView(checking: bytes)
        return nil
    } catch { return error }
}

func failure<Value: WireValue>(reading type: Value.Type, from text: String, refusesUnknown: Bool = false) -> WireError? {
    do throws(WireError) {
        _ = try FieldVisitor.read(type, from: Array(text.utf8), refusesUnknown: refusesUnknown)
        return nil
    } catch { return error }
}

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
