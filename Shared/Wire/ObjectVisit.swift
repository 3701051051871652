/// Where a visitor stands among the members of one object.
@usableFromInline
struct ObjectState {
    /// Which field of the type is being visited.
    var ordinal = 0
    /// Fields that were read, and required ones that were not yet met, a bit each.
    var seen: UInt64 = 0
    var missing: UInt64 = 0
    var firstMissing: StaticString = ""
    /// The name that was read and waits for its field.
    var name: JSONReader.Name?
    var isFirst = true
    var isClosed = false
    /// Members out of our order, indexed for the second visit; nil during the first.
    var rest: [Member]?
    var takenCount = 0
    /// Behind the object's closing brace, during the second visit.
    var end = 0
    /// Names collected while describing.
    var required: [StaticString] = []

    struct Member {
        let name: JSONReader.Name
        let start: Int
    }

    @usableFromInline init() {}
}

extension FieldVisitor {
    static let fieldCountMax = 64

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
            beginDescription("object")
            writer.name("properties")
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
        case .writing:
            if isPresent { writer.name(name) }
            return isPresent
        case .describing:
            writer.name(name)
            if isRequired { object.required.append(name) }
            return true
        case .reading:
            let bit: UInt64 = 1 << UInt64(object.ordinal)
            object.ordinal += 1
            precondition(object.ordinal <= FieldVisitor.fieldCountMax, "a type has at most 64 fields")
            do throws(WireError) {
                let isHere = try object.rest == nil ? isNext(name) : isInRest(name, bit)
                if isHere {
                    object.seen |= bit
                } else if isRequired && object.seen & bit == 0 {
                    if object.missing == 0 { object.firstMissing = name }
                    object.missing |= bit
                }
                return isHere
            } catch {
                failure = error
                return false
            }
        }
    }

    private mutating func isNext(_ name: StaticString) throws(WireError) -> Bool {
        if object.name == nil && !object.isClosed {
            object.name = try reader.nextName(isFirst: object.isFirst)
            object.isFirst = false
            object.isClosed = object.name == nil
        }
        guard let next = object.name, reader.isName(next, name) else { return false }
        object.name = nil
        return true
    }

    private mutating func isInRest(_ name: StaticString, _ bit: UInt64) throws(WireError) -> Bool {
        guard let rest = object.rest, let index = rest.firstIndex(where: { reader.isName($0.name, name) }) else { return false }
        if object.seen & bit != 0 { throw .syntax("a member's name stands twice") }
        object.takenCount += 1
        reader.position = rest[index].start
        return true
    }

    /// False when members are left that the first visit did not meet in their place.
    private mutating func readsAll() throws(WireError) -> Bool {
        if object.rest == nil {
            if !object.isClosed { try indexRest() }
            if object.rest?.isEmpty == false {
                object.end = reader.position
                object.ordinal = 0
                object.missing = 0
                return false
            }
        } else {
            reader.position = object.end
            if refusesUnknown, object.takenCount < object.rest?.count ?? 0 { throw WireError(.shape, "expected no other members") }
        }
        if object.missing != 0 { throw WireError(.shape, "expected member \"\(object.firstMissing)\"") }
        reader.leave()
        return true
    }

    private mutating func indexRest() throws(WireError) {
        var rest: [ObjectState.Member] = []
        if object.name == nil {
            object.name = try reader.nextName(isFirst: object.isFirst)
            object.isFirst = false
        }
        var unique = UniqueNames(of: reader)
        while let name = object.name {
            try unique.insert(name, of: &reader)
            rest.append(ObjectState.Member(name: name, start: reader.position))
            try reader.skipValue()
            object.name = try reader.nextName(isFirst: false)
        }
        unique.end(of: &reader)
        object.rest = rest
    }

    private mutating func endDescription() {
        writer.endObject()
        if !object.required.isEmpty {
            writer.name("required")
            writer.beginArray()
            for name in object.required { writer.string("\(name)") }
            writer.endArray()
        }
        writer.endObject()
    }
}
