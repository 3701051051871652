import Policy
import Testing

/// Every rule against the defaults as somebody wrote them down.
@Suite struct RetentionTests {
    @Test func everyRuleIsAsWritten() {
        let written = [
            "messengerData: until the agreement ends", "comments: for 12 months",
            "handoffContext: until 30 days after the conversation is closed", "accountData: until 90 days after the agreement ends",
            "consents: until 3 years after the agreement ends", "forms: for 12 months", "support: for 24 months", "usage: for 13 months",
            "technical: for 90 days", "security: for 12 months", "billing: until 6 years after the agreement ends",
            "requestRecords: until 24 months after the request is completed",
            "requestIdentifiers: until 30 days after the request is completed", "exports: for 30 days", "outbox: until it is handed on",
            "quarantine: for 7 days", "deliveryKeys: for 30 days", "outgoingKeys: for 90 days",
            "tombstones: until 37 days after the channel's end and the expiry of the last backup"
        ]
        #expect(Retention.allCases.map { "\($0.rawValue): \($0)" } == written)
        #expect(Retention.allCases.filter(\.workspaceMayShorten) == [.messengerData, .comments, .handoffContext])
        #expect(Retention.messengerData.workspaceDaysMax == nil && Retention.comments.workspaceDaysMax == 365)
    }

    @Test func lengthsAreThoseOfTheCalendarWithinADayAYear() {
        #expect(Retention.security.length.days == 365)
        #expect(Retention.usage.length.days == 395)
        #expect(Retention.requestRecords.length.days == 730)
        #expect(Retention.billing.length.days == 2190)
        #expect(Retention.quarantine.length.milliseconds == 604_800_000)
    }
}
