import Access
import Domain
import TestKit
import Testing

@Suite struct LeaseTests {
    private let keys = LeaseKeys(["l1": [UInt8](repeating: 3, count: 32)])
    private let jonas = Alias(.whatsapp, .phone, "491700000042")
    private let asBSUID = Alias(.whatsapp, .bsuid, "DE.13491208655302741918")
    private let lease = Lease(
        workspace: WorkspaceID(rawValue: "ws_one"), conversation: ConversationID(rawValue: 12), channel: ChannelID(rawValue: "ch_one"),
        holder: .person, member: MemberID(rawValue: "mem_ada"), turn: 3, expiresAt: Timestamp(rawValue: 1_768_471_560_000))

    @Test func aLeaseIsReadAsItWasSignedForEachOfTheRecipientsNames() {
        let text = keys.sign(lease, for: [jonas, asBSUID])
        #expect(keys.prove(text, for: jonas) == lease)
        #expect(keys.prove(text, for: asBSUID) == lease)
    }

    @Test func aLeaseIsGoodForNobodyElse() {
        let text = keys.sign(lease, for: [jonas, Alias(.whatsapp, .username, "mara.example")])
        for other in [
            asBSUID, Alias(.whatsapp, .phone, "491700000043"), Alias(.instagram, .igsid, jonas.value),
            Alias(.whatsapp, .username, "mara.example")
        ] {
            #expect(keys.prove(text, for: other) == nil)
        }
    }

    @Test func aLeaseTellsNobodyWhomItIsFor() {
        #expect(!keys.sign(lease, for: [jonas, asBSUID]).contains("170"))
    }

    @Test func aTextWithAnyOtherCharacterIsNoLease() {
        let text = keys.sign(lease, for: [jonas])
        var proved = 0
        for (offset, character) in text.enumerated() {
            let index = text.index(text.startIndex, offsetBy: offset)
            var forged = text
            forged.replaceSubrange(index...index, with: character == "1" ? "2" : "1")
            if keys.prove(forged, for: jonas) != nil { proved += 1 }
            #expect(keys.prove(String(text[..<index]), for: jonas) == nil)
        }
        #expect(proved == 0)
        #expect(keys.prove(text + "1", for: jonas) == nil)
        // Control.
        #expect(keys.prove(text, for: jonas) != nil)
    }

    @Test func aLeaseOutlivesARotationUntilItsKeyIsGone() {
        let both = LeaseKeys(["l1": [UInt8](repeating: 3, count: 32), "l2": [UInt8](repeating: 4, count: 32)])
        let old = keys.sign(lease, for: [jonas])
        let new = both.sign(lease, for: [jonas])
        #expect(both.prove(old, for: jonas) == lease && both.prove(new, for: jonas) == lease)
        #expect(keys.prove(new, for: jonas) == nil)
    }

    /// One key folder makes both; neither passes for the other even under one key.
    @Test func aTokenIsNoLeaseAndALeaseNoToken() {
        let tokens = TokenKeys(["l1": [UInt8](repeating: 3, count: 32)])
        let token = tokens.sign(
            ActorToken(member: MemberID(rawValue: "mem_ada"), generation: 1, expiresAt: Timestamp(rawValue: 1_768_471_560_000)))
        #expect(tokens.prove(keys.sign(lease, for: [jonas])) == nil)
        #expect(keys.prove(token, for: jonas) == nil)
        #expect(tokens.prove(token) != nil)
    }
}
