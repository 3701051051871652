import Domain
import Testing

@Suite struct FoldedTextTests {
    @Test(arguments: [
        ("Quiero una DEVOLUCIÓN, ya", "devolucion"), ("devolucio\u{301}n", "Devolución"), ("Rückgabe bitte", "ruckgabe"),
        ("die STRASSE", "Straße"), ("İADE istiyorum", "iade"), ("ıade", "IADE"), ("Đà Nẵng ở đâu", "da nang"),
        ("верните Ещё раз", "еще раз"),
        ("ΕΠΙΣΤΡΟΦΉ χρημάτων", "επιστροφή"), ("أُريد الإلغاء", "اريد"), ("ＲＥＦＵＮＤ please", "refund"), ("我想找人工客服谢谢", "人工客服"),
        ("담당자 연결", "담당자"), ("speak, to — a\nhuman!", "to a human"), ("l'échange", "echange"), ("वापसी चाहिए", "वापसी")
    ])
    func aPhraseIsFoundHoweverItIsWritten(text: String, phrase: String) {
        #expect(FoldedText(text).contains(FoldedText(phrase)))
    }

    @Test(arguments: [
        ("refunds", "refund"), ("a human to talk", "talk to a human"), ("to a", "to a human"), ("", "refund"), ("refund", "!?"),
        ("мой дом", "мои"),
        ("वापस", "वापसी"), ("人工", "人工客服")
    ])
    func anotherWordIsNotThePhrase(text: String, phrase: String) {
        #expect(!FoldedText(text).contains(FoldedText(phrase)))
    }

    /// Plain text goes a shorter way: it must lead to the same words.
    @Test(arguments: [
        "", " ", "one", "One two\tTHREE\n", "  lead, and trail!  ", "a-b_c.d", "x\u{0}y", "42 is 0x2A",
        "@me #tag https://lamps.example/?q=1&r=Z", "!?", "Z", String(repeating: "LongWord", count: 40)
    ])
    func plainTextHasTheWordsThatItHasBesideOthers(text: String) {
        #expect(FoldedText.words(of: text) == FoldedText.words(of: text + " \u{e9}").dropLast())
        // Control: the longest way, character by character, for the same text without blanks.
        let solid = text.filter { !$0.isWhitespace && $0 != "\u{0}" }
        #expect(FoldedText.words(of: solid) == FoldedText.words(of: solid + "!\u{e9}").dropLast())
    }
}
