import Wire

/// A request for what came after a cursor, which waits a while when there is nothing.
public protocol FeedRequest: Request where Response: FeedPage {
    init(after: Cursor, waitMilliseconds: Int64)
}

/// One answer of a feed.
public protocol FeedPage {
    /// Where the follower stands when it has taken this.
    var next: Cursor { get }
    /// The asked cursor was of another epoch: what it led to is to be forgotten.
    var restarted: Bool { get }
    var isEmpty: Bool { get }
    /// There may be more than fitted into this answer.
    var isFull: Bool { get }
}
