import ConversationStoreContracts
import DeletionCoordinatorContracts
import HandoffContextContracts
import HolderContracts
import IntakeContracts
import MeshContracts

/// Every request of the mesh, by service. A new request needs a line here, a place in its catalogue, and a folder of goldens.
enum ContractList {
    static let all =
        [
            ContractEntry(Echo.self), ContractEntry(ReadHealth.self), ContractEntry(ReadMetrics.self), ContractEntry(ReadContracts.self)
        ] + [
            ContractEntry(OpenWorkspace.self), ContractEntry(ReadWorkspace.self), ContractEntry(InstructWorkspace.self),
            ContractEntry(TerminateWorkspace.self),
            ContractEntry(AddMember.self), ContractEntry(SetMemberRole.self), ContractEntry(RemoveMember.self),
            ContractEntry(IssueToken.self), ContractEntry(AddPeer.self), ContractEntry(RemovePeer.self), ContractEntry(ListPeers.self),
            ContractEntry(ConnectChannel.self), ContractEntry(SetChannelFeatures.self), ContractEntry(SetChannelCredential.self),
            ContractEntry(ListChannels.self), ContractEntry(DisconnectChannel.self), ContractEntry(DeauthorizeConnection.self),
            ContractEntry(DeliverEvents.self),
            ContractEntry(SetBilling.self), ContractEntry(ReadBilling.self),
            ContractEntry(ReadAccessFeed.self), ContractEntry(RecordReply.self), ContractEntry(PassTurn.self),
            ContractEntry(ListQuarantine.self),
            ContractEntry(ReadQuarantined.self), ContractEntry(ReleaseQuarantined.self)
        ] + [
            ContractEntry(RecordConsent.self), ContractEntry(WithdrawConsent.self),
            ContractEntry(SubmitForm.self), ContractEntry(ListForms.self), ContractEntry(ReadForm.self), ContractEntry(CloseForm.self),
            ContractEntry(RecordUsage.self), ContractEntry(RecordTechnical.self), ContractEntry(SummarizeEvents.self),
            ContractEntry(ConnectIntegration.self), ContractEntry(ListIntegrations.self), ContractEntry(DisconnectIntegration.self)
        ] + [
            ContractEntry(AppendEvents.self), ContractEntry(ListConversations.self), ContractEntry(ReadConversation.self),
            ContractEntry(SearchConversations.self), ContractEntry(UpdateConversation.self),
            ContractEntry(MarkConversationRead.self),
            ContractEntry(ReadConversationFeed.self), ContractEntry(ListNotices.self),
            ContractEntry(RecordProfile.self), ContractEntry(RecordInsights.self), ContractEntry(ReadInsights.self),
            ContractEntry(ReadParticipant.self), ContractEntry(LinkParticipants.self), ContractEntry(UnlinkParticipants.self),
            ContractEntry(SetParticipantFields.self), ContractEntry(RestrictParticipant.self), ContractEntry(RecordObjection.self)
        ] + [
            ContractEntry(ConfigureAssistant.self), ContractEntry(ReadAssistant.self), ContractEntry(ReadContext.self),
            ContractEntry(RequestHandoff.self),
            ContractEntry(ReadQueue.self), ContractEntry(AcceptHandoff.self), ContractEntry(ReleaseHandoff.self),
            ContractEntry(ResolveHandoff.self), ContractEntry(SetRules.self), ContractEntry(ReadRules.self)
        ] + [
            ContractEntry(RequestDeletion.self), ContractEntry(ConfirmIdentity.self), ContractEntry(ReadDeletion.self),
            ContractEntry(ListDeletions.self), ContractEntry(ApproveDeletion.self), ContractEntry(RefuseDeletion.self),
            ContractEntry(CancelDeletion.self), ContractEntry(ExtendDeletion.self),
            ContractEntry(PlaceHold.self), ContractEntry(LiftHold.self), ContractEntry(ListHolds.self),
            ContractEntry(RecordDisclosure.self), ContractEntry(ListDisclosures.self),
            ContractEntry(SetSubprocessor.self), ContractEntry(ListSubprocessors.self),
            ContractEntry(RecordBackup.self), ContractEntry(ListBackups.self),
            ContractEntry(SetRetention.self), ContractEntry(ReadRetention.self), ContractEntry(RunRetention.self)
        ] + [
            ContractEntry(DescribeHolder.self), ContractEntry(CollectSubject.self), ContractEntry(PlaceTombstones.self),
            ContractEntry(EraseSubject.self), ContractEntry(ProveErasure.self), ContractEntry(CopyHolder.self),
            ContractEntry(ExpireData.self)
        ]

    /// What the services register, and refuse to start without.
    static let catalogues =
        MeshCatalogue.methods + IntakeCatalogue.methods + ConversationStoreCatalogue.methods + HandoffContextCatalogue.methods
        + DeletionCoordinatorCatalogue.methods + HolderCatalogue.methods
}
