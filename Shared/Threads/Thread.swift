import CLinux
import Glibc

/// A pthread with a name, for work that blocks: a connection's reader, the database writer, a relay.
public final class Thread: @unchecked Sendable {  // `handle` is written once, before anyone can read it.
    /// Linux keeps 15 characters of a thread's name.
    public static let nameLengthMax = 15

    /// Enough for our deepest stack (JSON of depth 64); the default of 8 MiB would cost address space per connection.
    public static let stackBytes = 512 * 1024

    private let handle: pthread_t

    /// Starts a thread that runs `body` and ends. A process that can't start a thread is out of resources and stops.
    public init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(name, body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, Thread.stackBytes)
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
        precondition(code == 0, "pthread_create: \(code): raise the process's thread limit")
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
