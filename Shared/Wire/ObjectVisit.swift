/// Where a visitor stands among the members of one object. Small: it is put aside for each object inside.
@usableFromInline
struct ObjectState {
    /// The field of the type that is visited next, as a bit.
    var bit: UInt64 = 1
    /// Fields that were read, and required ones that were not met in their place.
    var seen: UInt64 = 0
    var missing: UInt64 = 0
    var firstMissing: StaticString = ""
    /// What only some objects need; while reading, nil during the first visit.
    var detour: ObjectDetour?

    @usableFromInline init() {}
}

/// What an object needs beside: when its members don't come in our order, and when it is described.
@usableFromInline
final class ObjectDetour {
    /// Members out of our order, to be read in a second visit.
    var rest: [Member] = []
    var takenCount = 0
    /// Behind the object's closing brace.
    var end = 0
    /// Names collected while describing.
    var names: [MemberName] = []

    struct Member {
        let name: JSONReader.Name
        let start: Int
    }

    func index(of name: StaticString, in reader: borrowing JSONReader) -> Int? {
        for (index, member) in rest.enumerated() where reader.isName(member.name, name) { return index }
        return nil
    }
}

extension FieldVisitor {
    /// One visit reads members that come in our own order, which is how we write; what is left is indexed and visited once more.
    @inlinable
    mutating func object<Value: Fields>(_ value: inout Value) {
        guard failure == nil else { return }
        if mode == .writing {
            writer.beginObject()
            value.visit(&self)
            writer.endObject()
            return
        }
        var outer = ObjectState()
        swap(&outer, &object)
        if openObject() { repeat { value.visit(&self) } while !closesObject() }
        swap(&outer, &object)
    }

    @usableFromInline
    mutating func openObject() -> Bool {
        if mode == .describing {
            object.detour = ObjectDetour()
            beginDescription("object")
            writer.member("properties")
            writer.beginObject()
            return true
        }
        do throws(WireError) {
            guard reader.peek() == UInt8(ascii: "{") else { throw WireError(.shape, "expected an object") }
            reader.position += 1
            try reader.enter()
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// False when the fields are to be visited once more, for the members that came out of order.
    @usableFromInline
    mutating func closesObject() -> Bool {
        guard failure == nil else { return true }
        if mode == .describing {
            endDescription()
            return true
        }
        do throws(WireError) { return try readsAll() } catch {
            failure = error
            return true
        }
    }

    /// True when the member's value is to be visited now.
    @usableFromInline
    mutating func begin(_ name: StaticString, isRequired: Bool, isPresent: Bool) -> Bool {
        guard failure == nil else { return false }
        switch mode {
        case .reading: return beginsReading(name, isRequired: isRequired)
        case .writing:
            if isPresent { writer.member(name) }
            return isPresent
        case .describing:
            writer.member(name)
            object.detour?.names.append(MemberName(text: name, isRequired: isRequired))
            return true
        }
    }

    @inline(__always)
    private mutating func beginsReading(_ name: StaticString, isRequired: Bool) -> Bool {
        let bit = object.bit
        precondition(bit != 0, "a type has at most 64 fields")
        object.bit = bit << 1
        // During the first visit nothing was read before the first member that is ours.
        let isHere = object.detour == nil ? reader.passesName(name, isFirst: object.seen == 0) : isInRest(name, bit)
        if isHere {
            object.seen |= bit
        } else if isRequired && object.seen & bit == 0 {
            if object.missing == 0 { object.firstMissing = name }
            object.missing |= bit
        }
        return isHere
    }

    private mutating func isInRest(_ name: StaticString, _ bit: UInt64) -> Bool {
        guard let detour = object.detour, let index = detour.index(of: name, in: reader) else { return false }
        if object.seen & bit != 0 {
            failure = .syntax("a member's name stands twice")
            return false
        }
        detour.takenCount += 1
        reader.position = detour.rest[index].start
        return true
    }

    /// False when members are left that the first visit did not meet in their place.
    private mutating func readsAll() throws(WireError) -> Bool {
        if let detour = object.detour {
            reader.position = detour.end
            if refusesUnknown, detour.takenCount < detour.rest.count { throw WireError(.shape, "expected no other members") }
        } else if reader.peek() == UInt8(ascii: "}") {
            reader.position += 1
        } else {
            object.detour = try indexRest()
            object.bit = 1
            object.missing = 0
            return false
        }
        if object.missing != 0 { throw WireError(.shape, "expected member \"\(object.firstMissing)\"") }
        reader.leave()
        return true
    }

    private mutating func indexRest() throws(WireError) -> ObjectDetour {
        let detour = ObjectDetour()
        var isFirst = object.seen == 0
        var unique = UniqueNames(of: reader)
        while let name = try reader.nextName(isFirst: isFirst) {
            isFirst = false
            try unique.insert(name, of: &reader)
            detour.rest.append(ObjectDetour.Member(name: name, start: reader.position))
            try reader.skipValue()
        }
        unique.end(of: &reader)
        detour.end = reader.position
        return detour
    }

    private mutating func endDescription() {
        writer.endObject()
        let required = (object.detour?.names ?? []).filter(\.isRequired)
        if !required.isEmpty {
            writer.member("required")
            writer.beginArray()
            for name in required { writer.string("\(name.text)") }
            writer.endArray()
        }
        writer.endObject()
    }
}
