import Domain
import Testing

@testable import HandoffContextService

@Suite struct PersonPhrasesTests {
    @Test func everyPhraseForAPersonIsFoundInItselfAndInNoPlainQuestion() {
        for (language, phrases) in PersonPhrases.byLanguage {
            for phrase in phrases { #expect(PersonPhrases.isAsked(in: FoldedText("… \(phrase.uppercased())!")), "\(language): \(phrase)") }
        }
        for plain in [
            "Do you ship to Lisbon?", "Is the lamp for one person?", "Haben Sie die Lampe in Blau?", "¿Cuánto cuesta?",
            "Combien de personnes ?",
            "Сколько стоит?", "这个多少钱", "いくらですか", "بكم هذا؟"
        ] {
            #expect(!PersonPhrases.isAsked(in: FoldedText(plain)), "\(plain)")
        }
    }
}
