import Domain
import Testing

@Suite struct PersonMaskTests {
    private let mask = PersonMask(names: ["Mara Ødegård-Lind", "mara.lights22", "J"])

    @Test(arguments: [
        ("Mara here, call me", "••• here, call me"), ("it is MARA's lamp", "it is •••'s lamp"), ("Frau Ødegård-Lind", "Frau •••-•••"),
        ("I am mara.lights22 there", "I am •••.••• there"), ("tamara and marathons stay", "tamara and marathons stay"),
        ("O\u{308}degård is another", "O\u{308}degård is another"), ("Ødega\u{30A}rd is the same", "••• is the same"),
        ("thanks @noah_b.2 and @ana!", "thanks ••• and •••!"), ("@ 5 o'clock", "@ 5 o'clock"),
        ("mara@lamps.example or +1 555 0100017", "••• or •••"), ("J stays: too short to tell", "J stays: too short to tell"), ("", "")
    ])
    func aTextShowsNobodysName(text: String, shown: String) {
        #expect(mask.masked(text) == shown)
    }

    @Test func aNameIsFoundWhereWordsHaveNoBlanks() {
        let mask = PersonMask(names: ["田中 さくら", "محمد"])
        #expect(mask.masked("こんにちは、田中です。") == "こんにちは、•••です。")
        #expect(mask.masked("سلام، ومحمد") == "سلام، و•••")
        // A letter that is a digit's neighbour is no name.
        #expect(PersonMask(names: ["1990"]).masked("in 19901 and 1990") == "in 19901 and •••")
    }

    @Test func whoHasNoNameHidesNoWord() {
        #expect(PersonMask(names: []).masked("Mara wrote at 5") == "Mara wrote at 5")
    }
}
