import CLinux
import Glibc

/// A pthread with a name, for work that blocks: a connection's reader, the database writer, a relay.
public final class Thread: @unchecked Sendable {  // `handle` is written once, before anyone can read it.
    /// Linux keeps 15 characters of a thread's name.
    public static let nameLengthMax = 15

    /// Enough for our deepest stack (JSON of depth 64); the default of 8 MiB would cost address space per connection.
    public static let stackBytes = 512 * 1024

    private let handle: pthread_t

    /// Starts a thread that runs `body` and ends. A process that can't start a thread that it needs is out of resources and stops.
    public convenience init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        do throws(Exhausted) { try self.init(name, stackBytes: Thread.stackBytes, body) } catch {
            preconditionFailure("pthread_create: \(error.code): raise the process's thread limit")
        }
    }

    /// The machine has no thread, or no memory for one, left; `code` is errno's. Source: pthread_create(3).
    public struct Exhausted: Error {
        public let code: Int32
    }

    /// As above, for work that can be refused: strangers must not end the process by asking for more of it than there are threads.
    public convenience init(refusable name: String, _ body: @escaping @Sendable () -> Void) throws(Exhausted) {
        try self.init(name, stackBytes: Thread.stackBytes, body)
    }

    init(_ name: String, stackBytes: Int, _ body: @escaping @Sendable () -> Void) throws(Exhausted) {
        let box = Unmanaged.passRetained(Body(name, body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackBytes)
        var handle = pthread_t()
        let code = pthread_create(
            &handle, &attributes,
            { raw in
                let body = Unmanaged<Body>.fromOpaque(raw!).takeRetainedValue()
                linux_name_thread(body.name)
                body.run()
                return nil
            }, box.toOpaque())
        pthread_attr_destroy(&attributes)
        guard code == 0 else {
            box.release()
            throw Exhausted(code: code)
        }
        self.handle = handle
    }

    /// Waits until the body has returned. Call once at most.
    public func join() { pthread_join(handle, nil) }

    /// Lets the thread free itself when its body returns. Call instead of `join`.
    public func detach() { pthread_detach(handle) }

    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = String(name.prefix(Thread.nameLengthMax))
            self.run = run
        }
    }
}
