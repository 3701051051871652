/// A large part that most values don't have, kept beside the value: what is left is small to make and to move.
@propertyWrapper
@frozen
public struct Boxed<Value: WireValue & Equatable>: Sendable, Equatable {
    @usableFromInline
    final class Box: Sendable {
        @usableFromInline let value: Value

        @inlinable init(_ value: Value) { self.value = value }
    }

    @usableFromInline var box: Box?

    @inlinable public init() {}
    @inlinable public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    @inlinable
    public var wrappedValue: Value? {
        get { box?.value }
        set { box = newValue.map(Box.init) }
    }

    @inlinable
    public static func == (one: Boxed, other: Boxed) -> Bool { one.box === other.box || one.wrappedValue == other.wrappedValue }
}

extension FieldVisitor {
    /// A member that may be absent, as every optional one.
    @inlinable
    public mutating func field<Value>(_ name: StaticString, _ value: inout Boxed<Value>) {
        guard begin(name, isRequired: false, isPresent: value.box != nil) else { return }
        var inner = value.wrappedValue ?? Value()
        inner.visitValue(&self)
        if mode == .reading { value.wrappedValue = inner }
        end(name)
    }
}
