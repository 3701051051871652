/// What every service serves.
public enum MeshCatalogue {
    public static let methods = [Echo.contract, ReadHealth.contract, ReadMetrics.contract, ReadContracts.contract].map(\.method)
}
