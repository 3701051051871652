/// What deletion-coordinator serves beside what every service and every holder does.
public enum DeletionCoordinatorCatalogue {
    public static let methods = [
        RequestDeletion.contract, ConfirmIdentity.contract, ReadDeletion.contract, ListDeletions.contract, ApproveDeletion.contract,
        RefuseDeletion.contract, CancelDeletion.contract, ExtendDeletion.contract,
        PlaceHold.contract, LiftHold.contract, ListHolds.contract,
        RecordDisclosure.contract, ListDisclosures.contract,
        SetSubprocessor.contract, ListSubprocessors.contract, RecordBackup.contract, ListBackups.contract,
        SetRetention.contract, ReadRetention.contract, RunRetention.contract
    ].map(\.method)
}
