"""What a customer connects beside its channels."""

from mesh import now


def connect(story):
    report, mesh, workspace = story.report, story.mesh, story.workspace
    attestation = {
        "member": "member-7", "textVersion": "attest-3", "attestedAt": now(), "rights": True, "notices": True, "consents": True}
    system = {
        "workspace": workspace, "kind": "crm", "name": "Lamp customers", "terms": "https://crm.example/terms",
        "uses": [{"category": "communication", "purpose": "provideService"}], "attestation": attestation,
        "secret": f"secret of {story.tag}"}
    first = mesh.ask("integrations.connect", system, key=f"{story.tag}:crm")
    again = mesh.ask("integrations.connect", system, key=f"{story.tag}:crm")
    report.equal("an integration is connected once", first, again)
    report.equal("its terms are shown", system["terms"], first["thirdPartyTerms"])
    unsure = {**system, "attestation": {**attestation, "notices": False}}
    found = mesh.outcome("integrations.connect", unsure, key=f"{story.tag}:crm:unsure")
    report.equal("none without the whole attestation", ("refused", "attestationIncomplete"), found)
    for purpose, expected in (
        ("advertising", ("fault", "purposeForbidden")), ("curiosity", ("refused", "unknownPurpose")),
        ("improveProduct", ("refused", "useNotAllowed")),
    ):
        wrong = {**system, "uses": [{"category": "communication", "purpose": purpose}]}
        found = mesh.outcome("integrations.connect", wrong, key=f"{story.tag}:crm:{purpose}")
        report.equal(f"none for {purpose}", expected, found)
    here = {"workspace": workspace, "integration": first["integration"]}
    listed = mesh.ask("integrations.list", {"workspace": workspace})["integrations"]
    report.equal("it is listed", [first["integration"]], [entry["integration"] for entry in listed])
    report.check("its secret is not", "nowhere in the reply", system["secret"] not in str(listed))
    ended = mesh.ask("integrations.disconnect", here)["endedAt"]
    report.equal("it ends once", ended, mesh.ask("integrations.disconnect", here)["endedAt"])
    found = mesh.outcome("integrations.disconnect", {**here, "integration": "int_nobody"})
    report.equal("what is none doesn't end", ("refused", "unknownIntegration"), found)
