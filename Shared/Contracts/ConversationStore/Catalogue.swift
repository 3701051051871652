/// What conversation-store serves beside what every service and every holder does.
public enum ConversationStoreCatalogue {
    public static let methods = [
        AppendEvents.contract, ListConversations.contract, ReadConversation.contract, SearchConversations.contract,
        UpdateConversation.contract, MarkConversationRead.contract, ReadConversationFeed.contract,
        ListNotices.contract, RecordProfile.contract, RecordInsights.contract, ReadInsights.contract,
        ReadParticipant.contract, LinkParticipants.contract, UnlinkParticipants.contract, SetParticipantFields.contract,
        RestrictParticipant.contract, RecordObjection.contract
    ].map(\.method)
}
