/// What intake serves beside what every service does.
public enum IntakeCatalogue {
    public static let methods = [
        OpenWorkspace.contract, ReadWorkspace.contract, InstructWorkspace.contract, TerminateWorkspace.contract, AddMember.contract,
        SetMemberRole.contract,
        RemoveMember.contract, IssueToken.contract, AddPeer.contract, RemovePeer.contract, ListPeers.contract, ConnectChannel.contract,
        SetChannelFeatures.contract, SetChannelCredential.contract, ListChannels.contract,
        DisconnectChannel.contract, DeauthorizeConnection.contract, DeliverEvents.contract, SetBilling.contract,
        ReadBilling.contract, ReadAccessFeed.contract, RecordReply.contract, PassTurn.contract,
        ListQuarantine.contract,
        ReadQuarantined.contract, ReleaseQuarantined.contract,
        RecordConsent.contract, WithdrawConsent.contract, SubmitForm.contract, ListForms.contract, ReadForm.contract, CloseForm.contract,
        RecordUsage.contract, RecordTechnical.contract, SummarizeEvents.contract,
        ConnectIntegration.contract, ListIntegrations.contract, DisconnectIntegration.contract
    ].map(\.method)
}
