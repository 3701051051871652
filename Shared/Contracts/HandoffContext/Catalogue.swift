/// What handoff-context serves beside what every service and every holder does.
public enum HandoffContextCatalogue {
    public static let methods = [ConfigureAssistant.contract, ReadContext.contract].map(\.method)
}
