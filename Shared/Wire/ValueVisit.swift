/// How single values are read, written and described.
extension FieldVisitor {
    /// Text of at most `max` Unicode scalars, as JSON Schema counts them; with `alphabet`, of its characters alone.
    public mutating func text(_ value: inout String, min: Int = 0, max: Int, of alphabet: Alphabet? = nil) {
        guard failure == nil else { return }
        switch mode {
        case .writing: writer.string(value)
        case .describing:
            describeType("string") { writer in
                if min > 0 {
                    writer.member("minLength")
                    writer.int(Int64(min))
                }
                writer.member("maxLength")
                writer.int(Int64(max))
                if let alphabet {
                    writer.member("pattern")
                    writer.string("^\(alphabet.brackets)*$")
                }
            }
        case .reading:
            do throws(WireError) {
                value = try reader.string()
                let bytes = value.utf8.count
                if bytes > max && value.unicodeScalars.count > max { throw WireError(.shape, "expected at most \(max) characters") }
                if bytes < min || (bytes < min * 4 && value.unicodeScalars.count < min) {
                    throw WireError(.shape, "expected at least \(min) characters")
                }
                if let alphabet, !alphabet.allows(value) { throw WireError(.shape, "expected characters of \(alphabet.brackets)") }
            } catch { failure = error }
        }
    }

    /// Text of a form of its own: `pattern` says it in JSON Schema, `rule` to people, and `isGood` decides; all three say the same.
    public mutating func text(_ value: inout String, as rule: String, pattern: String, where isGood: (String) -> Bool) {
        guard failure == nil else { return }
        switch mode {
        case .writing: writer.string(value)
        case .describing:
            describeType("string") { writer in
                writer.member("pattern")
                writer.string(pattern)
            }
        case .reading:
            do throws(WireError) {
                value = try reader.string()
                if !isGood(value) { throw WireError(.shape, "expected \(rule)") }
            } catch { failure = error }
        }
    }

    public mutating func integer(_ value: inout Int64, _ range: ClosedRange<Int64>) {
        guard failure == nil else { return }
        switch mode {
        case .writing: writer.int(value)
        case .describing:
            describeType("integer") { writer in
                writer.member("minimum")
                writer.int(range.lowerBound)
                writer.member("maximum")
                writer.int(range.upperBound)
            }
        case .reading:
            do throws(WireError) {
                value = try reader.int64()
                guard range.contains(value) else {
                    throw WireError(.shape, "expected an integer from \(range.lowerBound) to \(range.upperBound)")
                }
            } catch { failure = error }
        }
    }

    @inlinable
    public mutating func list<Value: WireValue>(_ values: inout [Value], max: Int) {
        guard failure == nil else { return }
        switch mode {
        case .writing:
            writer.beginArray()
            if let written, written.element == ObjectIdentifier(Value.self) { putWritten() }
            for var value in values { value.visitValue(&self) }  // A copy each: writing in place would copy the whole array.
            writer.endArray()
        case .describing:
            beginDescription("array")
            writer.member("maxItems")
            writer.int(Int64(max))
            writer.member("items")
            var item = Value()
            item.visitValue(&self)
            writer.endObject()
        case .reading:
            openArray()
            values = []
            let start = position
            while hasElement(behind: values.count, max: max) {
                if values.count == 1 { values.reserveCapacity(min(max, elementsExpected(since: start))) }
                // Read where it stays: large values are costly to move.
                values.append(Value())
                values[values.count &- 1].visitValue(&self)
            }
        }
    }

    @usableFromInline var position: Int { reader.position }

    /// How many elements as long as the first, which began at `start`, fit into what is left. Never more than bytes that have come.
    @usableFromInline
    func elementsExpected(since start: Int) -> Int { 1 + (reader.end - reader.position) / (reader.position - start) }

    @usableFromInline
    mutating func putWritten() { written?.write(into: &writer) }

    @usableFromInline
    mutating func openArray() {
        do throws(WireError) {
            guard reader.peek() == UInt8(ascii: "[") else { throw WireError(.shape, "expected an array") }
            reader.position += 1
            try reader.enter()
        } catch { failure = error }
    }

    @usableFromInline
    mutating func hasElement(behind count: Int, max: Int) -> Bool {
        guard failure == nil else { return false }
        do throws(WireError) {
            guard try reader.nextElement(isFirst: count == 0) else {
                reader.leave()
                return false
            }
            if count >= max { throw WireError(.shape, "expected at most \(max) items") }
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// One of a closed set of words.
    @inlinable
    mutating func word<Value: WireWord>(_ value: inout Value) {
        guard failure == nil else { return }
        switch mode {
        case .writing: writer.string(value.rawValue)
        case .describing:
            writer.beginObject()
            writer.member("enum")
            writer.beginArray()
            for word in Value.allCases { writer.string(word.rawValue) }
            writer.endArray()
            writer.endObject()
        case .reading:
            if readsWord(value.rawValue) { return }  // The first of the words, which is the likeliest: finding another looks at all.
            guard let text = readString() else { return }
            guard let word = Value(rawValue: text) else { return refuse(expecting: Value.allCases.map(\.rawValue)) }
            value = word
        }
    }

    /// Whether this very word comes; passes over it.
    @usableFromInline
    mutating func readsWord(_ word: String) -> Bool {
        word.utf8.withContiguousStorageIfAvailable { reader.passes(UnsafeRawBufferPointer($0)) } ?? false
    }

    @usableFromInline
    mutating func readString() -> String? {
        do throws(WireError) { return try reader.string() } catch {
            failure = error
            return nil
        }
    }

    @usableFromInline
    mutating func refuse(expecting words: [String]) {
        failure = WireError(.shape, "expected one of \(words.joined(separator: ", "))")
    }

    mutating func truth(_ value: inout Bool) {
        guard failure == nil else { return }
        switch mode {
        case .writing: writer.bool(value)
        case .describing: describeType("boolean") { _ in }
        case .reading: do throws(WireError) { value = try reader.bool() } catch { failure = error }
        }
    }

    /// `null`, where a member may be that.
    mutating func nothing() {
        if mode == .writing { return writer.null() }
        do throws(WireError) { try reader.literal("null") } catch { failure = error }
    }

    /// Any JSON value, remembered by its place.
    mutating func range(_ value: inout JSONRange) {
        guard failure == nil else { return }
        precondition(mode == .reading, "a place in a frame is only read")
        do throws(WireError) {
            _ = reader.peek()
            let start = reader.position
            try reader.skipValue()
            value.range = start..<reader.position
        } catch { failure = error }
    }

    /// Any JSON value, kept as its bytes.
    mutating func json(_ value: inout RawJSON) {
        guard failure == nil else { return }
        switch mode {
        case .writing: writer.raw(value.bytes)
        case .describing:
            writer.beginObject()
            writer.endObject()
        case .reading:
            do throws(WireError) {
                _ = reader.peek()
                let start = reader.position
                try reader.skipValue()
                value.bytes = Array(reader.bytes[start..<reader.position])
            } catch { failure = error }
        }
    }

    /// An object whose names are data: sorted when written, so that equal maps are equal bytes.
    mutating func map<Value: WireValue>(_ values: inout [String: Value]) {
        guard failure == nil else { return }
        switch mode {
        case .writing:
            writer.beginObject()
            for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                writer.name(name)
                var value = value
                value.visitValue(&self)
            }
            writer.endObject()
        case .describing:
            beginDescription("object")
            writer.member("additionalProperties")
            var value = Value()
            value.visitValue(&self)
            writer.endObject()
        case .reading: do throws(WireError) { try readMap(&values) } catch { failure = error }
        }
    }

    private mutating func readMap<Value: WireValue>(_ values: inout [String: Value]) throws(WireError) {
        guard reader.peek() == UInt8(ascii: "{") else { throw WireError(.shape, "expected an object") }
        reader.position += 1
        try reader.enter()
        values = [:]
        while let name = try reader.nextName(isFirst: values.isEmpty) {
            if values.count == JSONReader.memberCountMax {
                throw WireError(.shape, "expected at most \(JSONReader.memberCountMax) members")
            }
            let key = String(decoding: reader.unescaped(name.range), as: UTF8.self)
            var value = Value()
            value.visitValue(&self)
            if let failure { throw failure }
            if values.updateValue(value, forKey: key) != nil { throw .syntax("a member's name stands twice") }
        }
        reader.leave()
    }

    private mutating func describeType(_ type: StaticString, _ limits: (inout JSONWriter) -> Void) {
        beginDescription(type)
        limits(&writer)
        writer.endObject()
    }

    @usableFromInline
    mutating func beginDescription(_ type: StaticString) {
        writer.beginObject()
        writer.member("type")
        writer.string("\(type)")
    }
}
