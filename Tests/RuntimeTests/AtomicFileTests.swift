import Glibc
import Testing

@testable import Runtime

@Suite struct AtomicFileTests {
    @Test func aFileThatOpensAndCannotBeReadIsAProblemAndNotEmpty() {
        // A regular file whose first page is never mapped. Source: proc(5).
        #expect(throws: AtomicFile.Problem(operation: "read", path: "/proc/self/mem", errno: EIO)) {
            _ = try AtomicFile.read("/proc/self/mem", lengthMax: 64)
        }
    }
}
