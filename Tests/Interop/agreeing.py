"""What people agree to, and take back."""

import json

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
    write(story, consent, nora)


def write(story, consent, nora):
    """Forms: a question, and the wish for news, which lives as long as its consent."""
    report, mesh = story.report, story.mesh
    entry = {"name": "Nora Vik", "company": "Lamps", "email": nora["email"], "phone": "+1 555 0100017", "message": "Is there\na trial?"}
    form = {"kind": "contact", "entry": entry, "market": "international", "policyVersion": "2026-06-19", "agreementVersion": "2026-01",
        "submittedAt": now()}
    question = mesh.ask("forms.submit", form, key=f"{story.tag}:form")["form"]
    report.equal("a form is kept once", question, mesh.ask("forms.submit", form, key=f"{story.tag}:form")["form"])
    again = mesh.ask("consents.record", {**consent, "givenAt": now()}, key=f"{story.tag}:consent:news")["consent"]
    wish = {**form, "kind": "news"}
    found = mesh.outcome("forms.submit", wish, key=f"{story.tag}:news:0")
    report.equal("no news without a consent", ("refused", "consentMissing"), found)
    news = mesh.ask("forms.submit", {**wish, "consent": again}, key=f"{story.tag}:news")["form"]
    read = mesh.ask("forms.read", {"form": news})
    report.equal("news rest on it", ("consent", again), (read["form"]["basis"], read["form"]["consent"]))
    wrong = {**form, "entry": {**entry, "email": "nobody"}}
    report.equal("no form without an address", ("fault", "malformed"), mesh.outcome("forms.submit", wrong, key=f"{story.tag}:form:wrong"))
    mesh.ask("consents.withdraw", {"consent": again})
    report.equal("what rested on it is refused", ("refused", "consentWithdrawn"), mesh.outcome("forms.read", {"form": news}))
    listed = [entry["id"] for entry in mesh.ask("forms.list", {"after": question - 1, "kind": "contact", "state": "open"})["forms"]]
    report.check("the question is listed", question, question in listed)
    closed = mesh.ask("forms.close", {"form": question})["closedAt"]
    report.equal("a form is closed once", closed, mesh.ask("forms.close", {"form": question})["closedAt"])
    report.equal("a form that is none is unknown", ("refused", "unknownForm"), mesh.outcome("forms.read", {"form": 2**53}))
    page(story)


def page(story):
    """The public pages, as a program and as a browser see them."""
    report, mesh = story.report, story.mesh
    for kind in ("contact", "demo", "support"):
        status, text = mesh.http("GET", f"/{kind}", "intake")
        report.check(f"/{kind} shows a form", "a labelled e-mail field", status == 200 and '<label for="email">' in text)
    typed = {"name": "Nora", "email": "nora", "policyVersion": "2026-06-19", "agreementVersion": "2026-01"}
    status, text = mesh.http("POST", "/contact", "intake", json.dumps(typed), {"Content-Type": "application/json"})
    fields = [error["field"] for error in json.loads(text)["errors"]]
    report.equal("a program is told each wrong field", (422, ["email", "message"]), (status, fields))
    typed.update(email=f"nora.{story.tag.replace(':', '-')}@lamps.example", message="Hi")
    status, text = mesh.http("POST", "/contact", "intake", json.dumps(typed), {"Content-Type": "application/json"})
    report.equal("a program's form is taken", 201, status)
    read = mesh.ask("forms.read", {"form": json.loads(text)["reference"]})
    report.equal("it is read by its reference", "Hi", read["entry"]["message"])
    count(story)


def count(story):
    """Events, and the numbers that are left of them."""
    report, mesh = story.report, story.mesh
    usage = {"workspace": story.workspace, "events": [{"kind": "conversation.opened", "at": now(), "member": "member-7"}]}
    report.equal("usage is recorded", 1, mesh.ask("usage.record", usage, key=f"{story.tag}:usage")["recorded"])
    report.equal("and once", 0, mesh.ask("usage.record", usage, key=f"{story.tag}:usage")["recorded"])
    event = {"kind": "signInFailed", "at": now(), "address": "192.0.2.7", "browser": "Firefox", "device": "phone", "member": "member-7"}
    technical = {"workspace": story.workspace, "purpose": "maintainSecurity", "events": [event]}
    report.equal("a failed sign-in is recorded", 1, mesh.ask("technical.record", technical, key=f"{story.tag}:technical")["recorded"])
    found = mesh.outcome("technical.record", {**technical, "purpose": "profiling"}, key=f"{story.tag}:profiling")
    report.equal("but never for profiling", ("fault", "purposeForbidden"), found)
    counts = mesh.ask("events.summary", {"workspace": story.workspace, "from": now() - 86_400_000, "to": now()})["counts"]
    found = sorted((entry["category"], entry["kind"], entry["count"]) for entry in counts)
    report.equal("numbers are left", [("security", "signInFailed", 1), ("usage", "conversation.opened", 1)], found)
