import CLinux

/// Holds back what one thread wants to send until it has said everything, so that many small replies leave in one call.
///
/// While `run` works on a thread, connections that get bytes on that thread only note themselves; at the end of the outermost scope
/// each is flushed once. Readers wrap all frames of one read in it, the database writer a batch's completions, a client its pipeline.
/// Don't block inside: what was noted waits (`flushNow` lets it go first).
public enum FlushScope {
    /// Runs `body`, then flushes what it noted, unless an outer scope on this thread will.
    public static func run(_ body: () -> Void) { run(with: FlushNotes(), body) }

    /// As above for a loop, which keeps its notes from turn to turn.
    static func run(with notes: @autoclosure () -> FlushNotes, _ body: () -> Void) {
        if FlushNotes.open != nil { return body() }
        let notes = notes()
        linux_set_note(Unmanaged.passUnretained(notes).toOpaque())
        body()
        linux_set_note(nil)
        notes.flush()
    }

    /// Flushes what this thread noted so far; nothing outside a scope.
    public static func flushNow() { FlushNotes.open?.flush() }
}

/// The connections that one thread noted while its outermost scope is open. Only its thread touches it.
final class FlushNotes {
    /// Mostly there is only one.
    @exclusivity(unchecked) private var first: SendQueue?
    @exclusivity(unchecked) private var others: [SendQueue] = []

    /// This thread's notes while a scope is open on it; `run` keeps them alive.
    static var open: FlushNotes? { linux_note().map { Unmanaged<FlushNotes>.fromOpaque($0).takeUnretainedValue() } }

    func note(_ queue: SendQueue) { if first == nil { first = queue } else { others.append(queue) } }

    fileprivate func flush() {
        first?.flush(notedBy: self)
        first = nil
        guard !others.isEmpty else { return }
        for queue in others { queue.flush(notedBy: self) }
        others = []
    }
}
