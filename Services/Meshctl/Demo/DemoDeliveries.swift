import Domain

/// The webhooks of the demo's two invented people, shaped as Meta sends them (PLATFORM §§2, 3).
struct DemoDeliveries {
    static let instagramAccount = Account(.instagram, "17841400000000001")
    static let whatsappAccount = Account(.whatsapp, "106540352242922")
    static let mara = Alias(.instagram, .igsid, "6290000000000017")
    static let jonas = Alias(.whatsapp, .phone, "491700000042")

    let now: Timestamp

    var instagram: String {
        let time = now.rawValue
        let account = DemoDeliveries.instagramAccount.id
        let person = DemoDeliveries.mara.value
        return """
            {"object":"instagram","entry":[{"id":"\(account)","time":\(time),"messaging":[\
            {"sender":{"id":"\(person)"},"recipient":{"id":"\(account)"},"timestamp":\(time - 40_000),\
            "message":{"mid":"aWdfZGVtbzox","text":"Hi! Do you ship the blue lamp to Lisbon?"}},\
            {"sender":{"id":"\(account)"},"recipient":{"id":"\(person)"},"timestamp":\(time - 30_000),\
            "message":{"mid":"aWdfZGVtbzoy","text":"Yes, in 3 days.","is_echo":true}},\
            {"sender":{"id":"\(person)"},"recipient":{"id":"\(account)"},"timestamp":\(time - 20_000),\
            "message":{"mid":"aWdfZGVtboz","text":"Great. My mail is mara@example.com"}}]}]}
            """
    }

    var whatsapp: String {
        let seconds = now.rawValue / 1000
        return change(
            """
            "contacts":[{"profile":{"name":"Jonas"},"wa_id":"\(DemoDeliveries.jonas.value)"}],"messages":[\
            {"from":"\(DemoDeliveries.jonas.value)","id":"wamid.DEMO0001","timestamp":"\(seconds - 60)","type":"text",\
            "text":{"body":"Please move my appointment to Friday"}},\
            {"from":"\(DemoDeliveries.jonas.value)","id":"wamid.DEMO0002","timestamp":"\(seconds - 50)","type":"text",\
            "text":{"body":"You reach me at +49 170 0000042"}}]
            """)
    }

    func whatsappStatus(of id: String, _ status: String) -> String {
        change(
            """
            "statuses":[{"id":"\(id)","status":"\(status)","timestamp":"\(now.rawValue / 1000)",\
            "recipient_id":"\(DemoDeliveries.jonas.value)"}]
            """)
    }

    private func change(_ value: String) -> String {
        """
        {"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":\
        {"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",\
        "phone_number_id":"\(DemoDeliveries.whatsappAccount.id)"},\(value)}}]}]}
        """
    }
}
