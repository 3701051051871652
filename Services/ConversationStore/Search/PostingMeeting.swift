import Domain

/// The messages that stand in each of several lists, from the last to the first: whichever list lags behind tells the others how far
/// they may skip.
struct PostingMeeting {
    enum Step {
        case message(Int64)
        /// So far there is nothing; there may be more before that number.
        case tired(before: Int64)
        case end
    }

    /// Each gives its last message up to a number.
    private let lists: [(Int64) throws -> Int64?]
    private(set) var looks = 0

    init(_ lists: [(Int64) throws -> Int64?]) { self.lists = lists }

    mutating func next(before: Int64) throws -> Step {
        var candidate = before - 1
        var agreeing = 0
        var turn = 0
        while agreeing < lists.count {
            guard looks < ConversationStoreStore.searchLooksMax else { return .tired(before: candidate + 1) }
            looks += 1
            guard let last = try lists[turn](candidate) else { return .end }
            agreeing = last == candidate ? agreeing + 1 : 1
            candidate = last
            turn = (turn + 1) % lists.count
        }
        looks += 1
        return .message(candidate)
    }
}

/// One term's list, block by block.
struct PostingList {
    private let term: IndexedTerm
    private var block: PostingBlock?
    /// The block is the right one for all numbers from its first to this.
    private var reach: Int64 = 0

    init(of term: IndexedTerm) { self.term = term }

    mutating func last(upTo message: Int64, block read: (IndexedTerm, Int64) throws -> PostingBlock?) rethrows -> Int64? {
        if let first = block?.messages.first, first <= message, message <= reach { return block?.messages.last { $0 <= message } }
        block = try read(term, message)
        reach = message
        return block?.messages.last { $0 <= message }
    }
}
