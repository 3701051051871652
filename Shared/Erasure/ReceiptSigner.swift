import Digest
import HolderContracts
import Wire

/// Signs and checks receipts: a receipt that nobody could have made but the holder.
public struct ReceiptSigner: Sendable {
    private let key: HMACSHA256Key

    public init(key: [UInt8]) { self.key = HMACSHA256Key(key) }

    public func sign(_ receipt: ErasureReceipt) -> ErasureReceipt {
        var signed = receipt
        signed.mac = Base64URL.encode(key.authenticate(text(of: receipt)))
        return signed
    }

    public func isValid(_ receipt: ErasureReceipt) -> Bool {
        guard let mac = receipt.mac, let bytes = Base64URL.decode(mac) else { return false }
        return key.isValid(bytes, for: text(of: receipt))
    }

    private func text(of receipt: ErasureReceipt) -> [UInt8] {
        var unsigned = receipt
        unsigned.mac = nil
        return FieldVisitor.write(unsigned)
    }
}
