/// Whether two byte strings are equal, in a time that depends on their length alone.
///
/// For codes, proofs and tokens: an `==` that stops at the first difference lets a caller guess them byte by byte.
/// Different lengths answer at once, since the length of a code is no secret.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { right in constantTimeEquals(left, right) } }
}

/// Whether two byte strings are equal, in a time that depends on their length alone.
// Never inlined: beside a caller's knowledge of the bytes the optimiser might find a reason to stop early.
@inline(never)
public func constantTimeEquals(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in 0..<left.count { difference |= left[index] ^ right[index] }
    return difference == 0
}
