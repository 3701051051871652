"""What people agree to, and take back."""

from mesh import now


def agree(story):
    report, mesh = story.report, story.mesh
    nora = {"email": f"Nora.{story.tag.replace(':', '-')}@Lamps.example"}
    consent = {
        "person": nora, "purpose": "respondToRequest", "textVersion": "news-2026-06", "policyVersion": "2026-06-19",
        "market": "international", "evidence": {"kind": "checkbox", "reference": "form:1"}, "givenAt": now()}
    first = mesh.ask("consents.record", consent, key=f"{story.tag}:consent")["consent"]
    report.equal("a consent is recorded once", first, mesh.ask("consents.record", consent, key=f"{story.tag}:consent")["consent"])
    member = {**consent, "workspace": story.workspace, "person": {"member": "member-7"}}
    mesh.ask("consents.record", member, key=f"{story.tag}:consent:member")
    for purpose, expected in (("advertising", ("fault", "purposeForbidden")), ("curiosity", ("refused", "unknownPurpose"))):
        found = mesh.outcome("consents.record", {**consent, "purpose": purpose}, key=f"{story.tag}:consent:{purpose}")
        report.equal(f"nobody agrees to {purpose}", expected, found)
    both = mesh.outcome("consents.record", {**consent, "person": {**nora, "member": "member-7"}}, key=f"{story.tag}:consent:both")
    report.equal("a consent is one person's", ("fault", "malformed"), both)
    spelled = {"person": {"email": nora["email"].lower()}}
    report.equal("a person withdraws by name", 1, mesh.ask("consents.withdraw", spelled)["withdrawn"])
    report.equal("a second time there is nothing left", 0, mesh.ask("consents.withdraw", {"consent": first})["withdrawn"])
    report.equal("what nobody recorded is unknown", ("refused", "unknownConsent"), mesh.outcome("consents.withdraw", {"consent": 2**53}))
