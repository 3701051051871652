"""A person wants to be forgotten: the request, what every holder did and proved, and what is left."""

import hashlib
import hmac
import json

from mesh_client import base64url, from_base64url
from report import eventually


def forget(story):
    report, mesh = story.report, story.mesh
    before = mesh.ask("holder.prove", {"subject": story.subject(story.jonas), "scan": False}, to="conversation-store")
    report.check("before, the store knows Jonas", "rows", sum(before["rows"].values()) > 0)
    order = {"workspace": story.workspace, "subject": story.jonas, "source": "customer", "immediately": True}
    asked = mesh.ask("deletions.request", order, key=f"{story.tag}:forget")
    again = mesh.ask("deletions.request", order, key=f"{story.tag}:forget")
    report.equal("asked twice with one key it is one deletion", asked["deletion"], again["deletion"])
    username = {**order, "subject": {"platform": "instagram", "kind": "username", "value": "mara.lights"}}
    report.equal(
        "a username proves nobody", ("refused", "subjectNotProven"), mesh.outcome("deletions.request", username, key=f"{story.tag}:name"))
    nowhere = mesh.outcome("deletions.request", {**order, "workspace": "nobody"}, key=f"{story.tag}:nowhere")
    report.equal("an owner forgets nobody elsewhere", ("fault", "forbidden"), nowhere)
    nowhere = mesh.outcome(
        "deletions.request", {**order, "workspace": "nobody"}, key=f"{story.tag}:nowhere", actor=mesh.actors["privacyOfficer"])
    report.equal("nobody's workspace has nobody to forget", ("refused", "unknownWorkspace"), nowhere)

    def completed():
        found = mesh.ask("deletions.read", {"deletion": asked["deletion"]})
        return found if found["deletion"]["state"] == "completed" else None

    done = eventually("the deletion is completed", completed)
    report.equal("every holder gave a receipt", mesh.services, sorted(receipt["holder"] for receipt in done["receipts"]))
    report.equal("every holder gave a proof", mesh.services, sorted(proof["holder"] for proof in done["proofs"]))
    for receipt in done["receipts"]:
        report.equal(f"{receipt['holder']}'s receipt is signed", signature(mesh, receipt), receipt.get("mac"))
    changed = {**done["receipts"][0], "erasedAt": 0}
    report.check("a receipt that was changed is noticed", "another signature", signature(mesh, changed) != changed["mac"])
    listed = mesh.ask("deletions.list", {"limit": 200})["deletions"]
    report.check("it is listed", asked["deletion"], asked["deletion"] in [deletion["id"] for deletion in listed])
    older = mesh.ask("deletions.list", {"limit": 1, "before": asked["deletion"]})["deletions"]
    report.check("older ones are older", asked["deletion"], all(deletion["id"] < asked["deletion"] for deletion in older))
    found = mesh.outcome("deletions.read", {"deletion": 2**53})
    report.equal("a deletion that is none is unknown", ("refused", "unknownDeletion"), found)
    for service in mesh.services:
        proof = mesh.ask("holder.prove", {"subject": story.subject(story.jonas), "scan": True}, to=service)
        left = (sum(proof["rows"].values()), proof["scan"]["residue"], proof["scan"]["other"])
        report.equal(f"{service} has no row and no byte of Jonas", (0, 0, 0), left)
    report.equal("Mara's conversation stays", ["instagram"], list(story.conversations(1)))
    report.equal("with all its messages", 9, len(story.messages(story.with_mara, 9)))
    status = mesh.http("GET", f"/data-deletion/status/{asked['code']}", "deletion-coordinator")[0]
    report.equal("the status page knows the code", 200, status)
    report.equal("and no other", 404, mesh.http("GET", "/data-deletion/status/" + "0" * 32, "deletion-coordinator")[0])


def decide(story):
    """What is asked for can be proved, agreed to, refused and taken back, each by whom it is for."""
    report, mesh = story.report, story.mesh
    officer = mesh.actors["privacyOfficer"]
    entry = {"workspace": story.workspace, "source": "officer", "immediately": False}

    def ask(number, **more):
        subject = {"platform": "whatsapp", "kind": "phone", "value": f"49155501009{number}"}
        order = {**entry, "subject": subject, **more}
        return mesh.ask("deletions.request", order, key=f"{story.tag}:decide{number}", actor=officer)["deletion"]

    def reaches(deletion, state):
        def reached():
            found = mesh.ask("deletions.read", {"deletion": deletion})["deletion"]
            return found if found["state"] == state else None

        return eventually(f"deletion {deletion} is {state}", reached)

    unproven = ask(1)
    reaches(unproven, "awaitingIdentity")
    record = {"deletion": unproven, "identity": "repliedFromKnownAddress"}
    report.equal(
        "the officer's record proves who asks", "officerRecord", mesh.ask("deletions.confirmIdentity", record, actor=officer)["proof"])
    report.equal(
        "it is not asked for twice", ("refused", "notAwaited"), mesh.outcome("deletions.confirmIdentity", record, actor=officer))
    code = {"code": "delete-aaaa-bbbb-cccc-dddd", "sender": {"workspace": story.workspace, "alias": story.jonas}}
    report.equal("only intake confirms codes", ("fault", "forbidden"), mesh.outcome("deletions.confirmIdentity", code, actor=officer))
    scheduled = reaches(unproven, "scheduled")
    report.check("the window is a day", scheduled["scheduledFor"], scheduled["scheduledFor"] - scheduled["acknowledgedAt"] >= 86_400_000)
    agreed = mesh.ask("deletions.approve", {"workspace": story.workspace, "deletion": unproven, "immediately": True})
    report.equal("the owner has it begin at once", unproven, agreed["id"])
    report.equal("and it finds nobody", False, reaches(unproven, "completed")["found"])
    late = mesh.outcome("deletions.cancel", {"workspace": story.workspace, "deletion": unproven})
    report.equal("what is done can't be taken back", ("refused", "notAwaited"), late)

    taken_back = ask(2, identity="cameInPerson")
    ended = mesh.ask("deletions.cancel", {"workspace": story.workspace, "deletion": taken_back})
    report.equal("a deletion is taken back", "cancelled", ended["state"])
    refused = mesh.ask(
        "deletions.refuse", {"deletion": ask(3, identity="cameInPerson"), "ground": "excessive", "contact": "privacy@lumen.example"},
        actor=officer)
    report.equal("and one refused, with its ground", ("refused", "excessive"), (refused["state"], refused["ground"]))
    longer = {"deletion": ask(4), "days": 30, "ground": "manyRequests"}
    before = mesh.ask("deletions.read", {"deletion": longer["deletion"]})["deletion"]["dueBy"]
    extended = mesh.ask("deletions.extend", longer, actor=officer)
    report.equal("one is given 30 days more", (before + 30 * 86_400_000, "manyRequests"), (extended["dueBy"], extended["extensionGround"]))
    again = mesh.outcome("deletions.extend", {**longer, "days": 31}, actor=officer)
    report.equal("but once", ("refused", "notExtendable"), again)
    written = ask(5, identity="cameInPerson", replyTo="jonas@lumen.example")

    def told():
        return mesh.ask("deletions.read", {"deletion": written})["notices"] or None

    report.equal("who left an address is written to", "acknowledgement", eventually("a notice is written", told)[0]["kind"])
    as_customer = mesh.outcome(
        "deletions.request", {**entry, "source": "customer", "subject": story.jonas}, key=f"{story.tag}:posing", actor=officer)
    report.equal("the officer doesn't ask as the customer", ("refused", "otherSource"), as_customer)


def hold(story):
    """A hold keeps a person's messages from an erasure, out of use, until it is lifted."""
    report, mesh = story.report, story.mesh
    officer = mesh.actors["privacyOfficer"]
    person = {"platform": "whatsapp", "kind": "phone", "value": "491555010098"}
    order = {"workspace": story.workspace, "person": person, "ground": "legalClaims", "scope": []}
    placed = mesh.ask("holds.place", order, key=f"{story.tag}:hold", actor=officer)
    report.equal("a hold comes upon nothing yet", [], placed["affected"])
    again = mesh.ask("holds.place", order, key=f"{story.tag}:hold", actor=officer)
    report.equal("placed twice with one key it is one hold", placed["hold"], again["hold"])
    nameless = {**order, "person": {"platform": "instagram", "kind": "username", "value": "mara.lights"}}
    found = mesh.outcome("holds.place", nameless, key=f"{story.tag}:nameless", actor=officer)
    report.equal("a username is nobody to hold", ("refused", "subjectNotProven"), found)
    listed = mesh.ask("holds.list", {"workspace": story.workspace, "limit": 10}, actor=officer)["holds"]
    report.check("it is listed, and names nobody", placed["hold"], listed[0]["id"] == placed["hold"] and person["value"] not in str(listed))
    asked = mesh.ask(
        "deletions.request", {"workspace": story.workspace, "subject": person, "source": "customer", "immediately": True},
        key=f"{story.tag}:held")["deletion"]

    def reached(state):
        found = mesh.ask("deletions.read", {"deletion": asked})
        return found if found["deletion"]["state"] == state else None

    held = eventually("the deletion is held", lambda: reached("held"))
    states = {leg["holder"]: leg["state"] for leg in held["legs"]}
    report.equal("the messages are kept, the rest is erased", ("kept", "erased"), (states["conversation-store"], states["handoff-context"]))
    lifted = mesh.ask("holds.lift", {"hold": placed["hold"]}, actor=officer)
    report.check("it is lifted", "a time", "liftedAt" in lifted)
    eventually("and the deletion goes on", lambda: reached("completed"))
    unknown = mesh.outcome("holds.lift", {"hold": 2**53}, actor=officer)
    report.equal("a hold that is none is unknown", ("refused", "unknownHold"), unknown)


def terminate(story):
    """An agreement ends: nothing more comes in, and everything goes after two weeks, unless somebody changes their mind."""
    report, mesh = story.report, story.mesh
    opening = {
        "name": "Closing Down (invented)", "market": "international", "policyVersion": "2026-06-19", "agreementVersion": "2026-01",
        "onDeletion": "erase"}
    workspace = mesh.ask("workspaces.open", opening, key=f"{story.tag}:closing")["workspace"]
    ended = mesh.ask("workspaces.terminate", {"workspace": workspace})
    report.equal("ended twice it has ended once", ended, mesh.ask("workspaces.terminate", {"workspace": workspace}))
    nobody = mesh.outcome("workspaces.terminate", {"workspace": "ws_nobody"})
    report.equal("nobody's agreement has no end", ("refused", "unknownWorkspace"), nobody)

    def scheduled():
        found = mesh.ask("deletions.list", {"workspace": workspace, "limit": 10})["deletions"]
        return found[0] if found and found[0]["state"] == "scheduled" else None

    deletion = eventually("its erasure is scheduled", scheduled)
    days = (deletion["scheduledFor"] - deletion["receivedAt"]) / 86_400_000
    report.equal("in two weeks, of the whole workspace", ("workspace", "termination", 14), (deletion["kind"], deletion["source"], round(days)))


def signature(mesh, receipt):
    """Over the receipt's JSON without its signature, in the order in which it came."""
    signed = json.dumps({name: value for name, value in receipt.items() if name != "mac"}, separators=(",", ":"), ensure_ascii=False)
    key = from_base64url(mesh.secret(f"{receipt['holder']}.receipt.key").decode("ascii"))
    return base64url(hmac.new(key, signed.encode(), hashlib.sha256).digest())
