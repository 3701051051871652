import Domain

/// How people ask for a person, by language. Short on purpose: a phrase here hands a conversation over wherever it is said.
enum PersonPhrases {
    static let byLanguage: [String: [String]] = [
        "ar": ["أريد التحدث مع شخص", "أريد التحدث إلى موظف", "خدمة العملاء", "تحويل إلى موظف", "شخص حقيقي"],
        "de": [
            "mit einem Menschen sprechen", "mit einem Mitarbeiter sprechen", "mit einer Person sprechen", "echter Mensch",
            "echten Menschen",
            "echte Person", "einen Mitarbeiter bitte", "kein Bot", "keinen Bot"
        ],
        "en": [
            "talk to a human", "speak to a human", "talk to a person", "speak to a person", "talk to someone", "speak to someone",
            "speak with someone", "real person", "human agent", "live agent", "human please", "customer service please", "not a bot"
        ],
        "es": [
            "hablar con una persona", "hablar con un humano", "hablar con un agente", "hablar con alguien", "persona real",
            "atención humana", "un agente por favor"
        ],
        "fr": [
            "parler à une personne", "parler à un humain", "parler à quelqu'un", "parler à un conseiller", "parler avec un conseiller",
            "vraie personne", "un conseiller s'il vous plaît"
        ],
        "it": [
            "parlare con una persona", "parlare con un operatore", "parlare con qualcuno", "parlare con un umano", "persona reale",
            "persona vera", "un operatore per favore"
        ],
        "ja": ["人と話したい", "担当者と話", "オペレーターと話", "オペレーターにつな", "有人対応"],
        "nl": ["met een mens praten", "met een medewerker praten", "met iemand praten", "met een medewerker spreken", "echt persoon"],
        "pl": [
            "porozmawiać z człowiekiem", "rozmawiać z człowiekiem", "porozmawiać z konsultantem", "rozmawiać z konsultantem",
            "połączyć z konsultantem", "żywy człowiek"
        ],
        "pt": [
            "falar com uma pessoa", "falar com um humano", "falar com um atendente", "falar com alguém", "pessoa real",
            "atendimento humano",
            "atendente por favor"
        ],
        "ru": [
            "позовите человека", "поговорить с человеком", "позовите оператора", "соедините с оператором", "поговорить с оператором",
            "живой человек", "живого человека", "нужен оператор", "нужен менеджер", "позовите менеджера"
        ],
        "tr": ["biriyle görüşmek istiyorum", "bir insanla konuşmak", "temsilciyle görüşmek", "müşteri temsilcisi", "gerçek bir kişi"],
        "uk": [
            "покличте людину", "поговорити з людиною", "покличте оператора", "з'єднайте з оператором", "жива людина", "потрібен оператор"
        ],
        "zh": ["人工客服", "转人工", "轉人工", "真人客服", "找人工", "跟真人", "和真人"]
    ]

    static let all = byLanguage.values.joined().map(FoldedText.init)

    static func isAsked(in text: FoldedText) -> Bool { all.contains(where: text.contains) }
}
