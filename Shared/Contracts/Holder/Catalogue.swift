/// What every holder of personal data serves.
public enum HolderCatalogue {
    public static let methods = [
        DescribeHolder.contract, CollectSubject.contract, PlaceTombstones.contract, EraseSubject.contract, ProveErasure.contract,
        CopyHolder.contract, ExpireData.contract
    ].map(\.method)
}
