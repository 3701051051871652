import Policy

// The policy's words as they travel.
extension Role: WireWord {}
extension Peer: WireWord {}
extension Category: WireWord {}
extension Retention: WireWord {}
extension RetentionStart: WireWord {}
