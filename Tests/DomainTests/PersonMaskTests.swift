import Domain
import Testing

@Suite struct PersonMaskTests {
    private let mask = PersonMask(names: ["Mara Ødegård-Lind", "mara.lights22", "J"])

    @Test(arguments: [
        ("Mara here, call me", "••• here, call me"), ("it is MARA's lamp", "it is •••'s lamp"), ("Frau Ødegård-Lind", "Frau •••-•••"),
        ("I am mara.lights22 there", "I am •••.••• there"), ("tamara and marathons stay", "tamara and marathons stay"),
        ("O\u{308}degård is the same, folded", "••• is the same, folded"), ("Ødega\u{30A}rd is the same", "••• is the same"),
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

    /// Accents and case are typed as it comes: whichever way the profile has it, the other is the same person.
    @Test(arguments: [
        (["José Muñoz"], "jose here, MUNOZ", "••• here, •••"), (["Jose"], "Soy José", "Soy •••"), (["Ёлка"], "это елка", "это •••"),
        (["Weiß"], "Herr WEISS", "Herr •••"), (["José"], "joseph and josefina", "joseph and josefina")
    ])
    func aNameIsTheSameWithoutItsAccents(names: [String], text: String, shown: String) {
        #expect(PersonMask(names: names).masked(text) == shown)
    }

    @Test(arguments: [
        ("Hello! My name is Mara Ødegård, and yours?", ["Mara Ødegård"]), ("hola, me llamo «José».", ["José"]),
        ("меня зовут Анна", ["Анна"]),
        ("my name is on the box", []), ("Mara here", [])
    ])
    func whoSaysTheirNameHasGivenIt(text: String, names: [String]) {
        #expect(NamesGiven.in(text) == names)
    }

    @Test func whoHasNoNameHidesNoWord() {
        #expect(PersonMask(names: []).masked("Mara wrote at 5") == "Mara wrote at 5")
    }
}
