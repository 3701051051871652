"""Deliveries shaped as Meta sends them, from people who don't exist."""

ADDRESS = "mara@example.com"
MARAS = [
    ("participant", "Hi! Do you ship the blue lamp to Lisbon?"),
    ("business", "Yes, in 3 days."),
    ("participant", f"Great. My mail is {ADDRESS}"),
]


def instagram(account, person, now):
    """Three messages of one conversation; the second is the business's own, echoed. Times in milliseconds."""
    messaging = []
    for index, (author, text) in enumerate(MARAS):
        ends = [{"id": person}, {"id": account}]
        message = {"mid": f"mid:{account}:{index}", "text": text}
        if author == "business":
            ends.reverse()
            message["is_echo"] = True
        messaging.append({"sender": ends[0], "recipient": ends[1], "timestamp": now - 60_000 + index * 10_000, "message": message})
    return {"object": "instagram", "entry": [{"id": account, "time": now, "messaging": messaging}]}


def whatsapp(account, phone, name, now):
    """One message. Times are texts of seconds."""
    message = {
        "from": phone, "id": f"wamid.{account}", "timestamp": str(now // 1000 - 30), "type": "text",
        "text": {"body": "Please move my appointment to Friday"}}
    value = {
        "messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550100099", "phone_number_id": account},
        "contacts": [{"profile": {"name": name}, "wa_id": phone}], "messages": [message]}
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]}
