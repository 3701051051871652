import TestKit
import Wire

extension SeededGenerator {
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
