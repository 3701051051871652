import ConversationStoreContracts
import Domain
import Testing

@Suite struct IdentityTests {
    private let store: StoreFixture
    private let bsuid = "US.1000200030004000"

    init() throws { store = try StoreFixture() }

    @Test func newNamesOfAKnownPersonJoin() throws {
        try store.append(message("m1", from: ParticipantIdentity(phone: "15550001111")))
        try store.append(message("m2", from: ParticipantIdentity(bsuid: bsuid, phone: "15550001111", username: "ada")))
        // From now on the phone may be absent.
        try store.append(message("m3", from: ParticipantIdentity(bsuid: bsuid)))

        let conversations = try store.list()
        #expect(conversations.count == 1)
        #expect(Set(conversations[0].participant.aliases.map(\.value)) == ["15550001111", bsuid, "ada"])
        #expect(try store.onlyMessages().count == 3)
    }

    @Test func twoPeopleWhomOneEventNamesStayTwo() throws {
        try store.append(message("m1", from: ParticipantIdentity(bsuid: bsuid)))
        try store.append(message("m2", from: ParticipantIdentity(phone: "15550001111")))
        try store.append(message("m3", from: ParticipantIdentity(bsuid: bsuid, phone: "15550001111")))

        let conversations = try store.list()
        #expect(conversations.count == 2)
        // The surer name decides where it goes.
        #expect(conversations[0].participant.aliases.map(\.value) == [bsuid])
        #expect(conversations[1].participant.aliases.map(\.value) == ["15550001111"])
    }

    /// The former owner's texts are not shown to the new one, and whoever is erased by the phone is who has it now.
    @Test func aPhoneThatPassesOnIsSomebodyElses() throws {
        let former = ParticipantIdentity(bsuid: bsuid, phone: "15550001111")
        let present = ParticipantIdentity(bsuid: "US.5000600070008000", phone: "15550001111")
        try store.append(message("m1", from: former), message("m2", from: present, at: noon.adding(seconds: 1)))

        let conversations = try store.list()
        #expect(conversations.count == 2)
        #expect(conversations[0].participant.aliases.map(\.value) == ["US.5000600070008000", "15550001111"])
        #expect(conversations[1].participant.aliases.map(\.value) == [bsuid])

        try store.erase(Alias(.whatsapp, .phone, "15550001111"))
        #expect(try store.list().map { $0.participant.aliases.map(\.value) } == [[bsuid]])
    }

    @Test func theNameIsTheOneLastGiven() throws {
        let renamed = ParticipantIdentity(phone: "15550001111", name: "Ada Newname")
        try store.append(message("m1", at: noon))
        try store.append(message("m2", from: renamed, at: noon.adding(seconds: 10)))
        #expect(try store.list()[0].participant.name == "Ada Newname")

        try store.append(message("m0", at: noon.adding(seconds: 5)))
        #expect(try store.list()[0].participant.name == "Ada Newname")

        try store.append(message("m3", at: noon.adding(seconds: 20)))
        #expect(try store.list()[0].participant.name == "Ada Sample")
    }

    @Test func aUsernamePassesToWhoeverWasSeenWithItLast() throws {
        let first = ParticipantIdentity(phone: "15550001111", username: "corner.shop")
        let second = ParticipantIdentity(phone: "15550002222", username: "corner.shop")
        try store.append(message("m1", from: first), message("m2", from: second))

        let aliases = try store.list().map { $0.participant.aliases.map(\.value) }
        #expect(aliases == [["15550002222", "corner.shop"], ["15550001111"]])
    }

    @Test func twoWorkspacesKnowOnePersonAsTwo() throws {
        let elsewhere = Channel(WorkspaceID(rawValue: "ws_else"), ChannelID(rawValue: "ch_else"), Account(.whatsapp, "777"))
        try store.append(message("m1"))
        try store.append([message("m1")], on: elsewhere)

        #expect(try store.rows("participants") == 2)
        #expect(try store.list(shop).count == 1)
        #expect(try store.list(elsewhere.workspace).count == 1)
    }
}
