import ConversationStoreContracts
import Domain
import Testing

@testable import ConversationStoreService

@Suite struct AdmissionTests {
    private func keepsOut(_ kind: ChannelEvent.Kind, message: Bool = false, cutoff: Timestamp?, place: Timestamp? = nil, isKnown: Bool)
        -> Bool
    {
        let event = ChannelEvent(kind: kind, id: "m", participant: ada, sentAt: noon, receivedAt: noon.adding(seconds: 1))
        return Admission(messageIsErased: message, personCutoff: cutoff, placeCutoff: place).keepsOut(event) { isKnown }
    }

    @Test(arguments: ChannelEvent.Kind.allCases) func theRuleIsTheSameForEveryKind(kind: ChannelEvent.Kind) {
        for isKnown in [true, false] {
            #expect(!keepsOut(kind, cutoff: nil, isKnown: isKnown))
            #expect(keepsOut(kind, message: true, cutoff: nil, isKnown: isKnown))
            #expect(keepsOut(kind, cutoff: noon, isKnown: isKnown))
            #expect(keepsOut(kind, cutoff: noon.adding(days: 1), isKnown: isKnown))
            // What was said on an erased place goes on after it, whatever it is.
            #expect(keepsOut(kind, cutoff: nil, place: noon, isKnown: isKnown))
            #expect(!keepsOut(kind, cutoff: nil, place: noon.adding(milliseconds: -1), isKnown: isKnown))
        }
        #expect(!keepsOut(kind, cutoff: noon.adding(seconds: -1), isKnown: true))
        let isOwnAccord = [.message, .postback, .comment, .preference].contains(kind)
        #expect(keepsOut(kind, cutoff: noon.adding(seconds: -1), isKnown: false) == !isOwnAccord)
    }

    /// A name that stands in a notice keeps out what is older than its erasure, and nothing later.
    @Test func whatNamesNobodyIsJudgedByItsTimeAlone() {
        let notice = ChannelEvent(kind: .account, id: "a", participant: ParticipantIdentity(), sentAt: noon, receivedAt: noon)
        for (cutoff, isOut) in [(noon, true), (noon.adding(milliseconds: -1), false)] {
            #expect(Admission(messageIsErased: false, personCutoff: cutoff, placeCutoff: nil).keepsOut(notice) { false } == isOut)
        }
    }

    @Test func memoryIsBoundedAndForgetsWhatACommitCameTooLateFor() {
        var memory = Acquaintances()
        let place = ConversationPlace(conversation: ConversationID(rawValue: 1), listed: nil)
        func face(_ number: Int) -> Face { Face(shop, line.id, ParticipantIdentity(igsid: "\(number)")) }
        for number in 0..<(2 * Acquaintances.countMax) { memory.learn([face(number): place], generation: memory.generation) }
        #expect(memory.count <= Acquaintances.countMax)
        #expect(memory.find(face(2 * Acquaintances.countMax - 1)) == place)

        let before = memory.generation
        memory.forgetAll()
        memory.learn([face(1): place], generation: before)
        #expect(memory.count == 0)
    }
}
