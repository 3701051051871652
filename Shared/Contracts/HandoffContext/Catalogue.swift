/// What handoff-context serves beside what every service and every holder does.
public enum HandoffContextCatalogue {
    public static let methods = [
        ConfigureAssistant.contract, ReadAssistant.contract, ReadContext.contract, RequestHandoff.contract, ReadQueue.contract,
        AcceptHandoff.contract,
        ReleaseHandoff.contract, ResolveHandoff.contract, SetRules.contract, ReadRules.contract
    ].map(\.method)
}
