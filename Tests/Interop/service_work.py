"""What the operator may not call, as the service that may."""

import secrets

from mesh import now
from report import eventually


def disclose(story):
    """Looks by the workspace's grant, and what is on record of them."""
    report, mesh, workspace = story.report, story.mesh, story.workspace
    support, read = mesh.actors["support"], {"workspace": workspace, "limit": 100}
    report.equal("without a grant support sees nothing", ("fault", "forbidden"), mesh.outcome("conversations.list", read, actor=support))
    mesh.ask("workspaces.instruct", {"workspace": workspace, "supportUntil": now() + 60_000})

    def seen():
        kind, content = mesh.outcome("conversations.list", read, actor=support)
        return content if kind == "ok" else None

    conversations = eventually("support is let in", seen)["conversations"]

    def listed():
        found = mesh.ask("disclosures.list", read)["disclosures"]
        return next((entry["disclosure"] for entry in found if entry["disclosure"]["recipient"]["kind"] == "support"), None)

    look = eventually("the look is on record", listed)
    taken = [entry["disclosure"]["recipient"] for entry in mesh.ask("disclosures.list", read)["disclosures"]]
    report.check(
        "the owner sees which tokens the operator took", "the owner's", {"kind": "operator", "name": story.members["owner"]} in taken)
    report.equal("it says what for and how much", ("supportCustomer", len(conversations)), (look["purpose"], look["items"]))
    report.equal("and who looked", story.members["support"], look["recipient"]["name"])
    body = {"disclosure": {**look, "items": 7}}
    first = mesh.ask("disclosures.record", body, key=f"{story.tag}:disclosure", peer="handoff-context")
    again = mesh.ask("disclosures.record", body, key=f"{story.tag}:disclosure", peer="handoff-context")
    report.equal("a disclosure is recorded once", first, again)
    for purpose, expected in (("sale", ("fault", "purposeForbidden")), ("curiosity", ("refused", "unknownPurpose"))):
        wrong = {"disclosure": {**look, "purpose": purpose}}
        found = mesh.outcome("disclosures.record", wrong, key=f"{story.tag}:{purpose}", peer="handoff-context")
        report.equal(f"nothing is disclosed for {purpose}", expected, found)
    report.equal("nobody else records", ("fault", "forbidden"), mesh.outcome("disclosures.record", body, key=f"{story.tag}:operator"))


def work(story):
    report, ask = story.report, story.mesh.ask
    facts = ask("access.feed", {"after": {"epoch": "", "sequence": 0}, "waitMilliseconds": 0}, peer="conversation-store")
    ours = [fact["kind"] for fact in facts["facts"] if fact.get("workspace") == story.workspace]
    told = ["memberSet", "memberSet", "channelConnected", "channelConnected", "channelFeatures", "workspaceInstructed"]
    report.equal("the access feed tells of workspace, members and channels", told, ours)
    changes = ask("conversations.feed", {"after": {"epoch": "", "sequence": 0}, "waitMilliseconds": 0}, peer="handoff-context")
    report.check("the feed of conversations has changes", "some", changes["changes"])
    late = ask("conversations.feed", {"after": changes["next"], "waitMilliseconds": 50}, peer="handoff-context")
    report.check("a long poll answers when its time is up", "no restart", not late["restarted"])
    event = {
        "kind": "message", "id": f"mid:{story.tag}:direct", "participant": {"igsid": story.mara["value"]}, "sentAt": now(),
        "receivedAt": now(), "type": "text", "text": "And in green?"}
    batch = {
        "workspace": story.workspace, "channel": story.channels["instagram"], "account": story.instagram, "events": [event]}
    stored = ask("conversations.append", batch, key=f"{story.tag}:append", peer="intake")
    report.equal("an event is stored", {"stored": 1, "repeated": 0, "keptOut": 0}, stored)
    stored = ask("conversations.append", batch, key=f"{story.tag}:append-again", peer="intake")
    report.equal("and once", {"stored": 0, "repeated": 1, "keptOut": 0}, stored)
    nobody = story.subject({"platform": "whatsapp", "kind": "phone", "value": f"1554{secrets.randbelow(10**9):09}"})
    deletion = 10**12 + secrets.randbelow(10**9)
    store = {"to": "conversation-store", "peer": "deletion-coordinator"}
    known = ask("holder.collect", {"subject": story.subject(story.jonas)}, **store)
    report.check(
        "a holder adds who a subject is here", "a participant, a conversation and rows",
        known["subject"]["participants"] and known["subject"]["conversations"] and sum(known["rows"].values()) > 0)
    mark = {"digest": secrets.token_hex(16), "pepper": 1, "cutoff": now()}
    report.equal("a tombstone stands", {"standing": 1}, ask("holder.tombstone", {"deletion": deletion, "tombstones": [mark]}, **store))
    receipt = ask("holder.erase", {"deletion": deletion, "subject": nobody}, **store)
    report.equal("erasing who is unknown erases nothing", 0, sum(receipt["rows"].values()))
    long_ago = {"rule": "comments", "until": 1, "except": [], "held": []}
    report.equal("nothing is older than all time", {}, ask("holder.expire", long_ago, **store)["rows"])
