import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import SQLite

/// What has been kept long enough here. A delivery that comes again after its key is gone, the store knows by its message.
extension IntakeHolding {
    func expiring(_ expiry: ExpireData, _ connection: Connection) throws -> [ExpiringRows] {
        switch expiry.rule {
        case .quarantine: [store.expiringQuarantine(at: expiry.at)]
        case .forms: store.expiringForms(at: expiry.at, ofSupport: false)
        case .support: store.expiringForms(at: expiry.at, ofSupport: true)
        case .usage: store.expiringEvents(.usage, expiry)
        case .technical: store.expiringEvents(.technical, expiry)
        case .security: store.expiringEvents(.security, expiry)
        case .billing: [store.expiringBilling(until: expiry.until)]
        case .consents: [store.expiringConsents(until: expiry.until)]
        case .deliveryKeys: store.expiringKeys(before: expiry.until.day) + [store.expiringEndings(at: expiry.at)]
        case .handoffContext: [store.expiringTurns(expiry)]
        // What came in is handed on at once, and kept by the store.
        case .messengerData, .comments, .outbox, .accountData, .requestRecords, .requestIdentifiers, .exports, .outgoingKeys, .tombstones:
            []
        }
    }

    /// Pieces that left quarantine may have been parked.
    func expired(_ table: String, _ connection: Connection) throws {
        if table == "quarantine" { onErased() }
    }
}
