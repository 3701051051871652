"""A person takes a conversation over, answers, and gives it back."""

from mesh import now
from report import eventually


def rule(story):
    """A workspace says when it wants a person."""
    report, mesh = story.report, story.mesh
    rules = {
        "keywords": [{"phrase": "Devoluci\u00f3n", "priority": "urgent"}], "comments": [], "personAsked": "high",
        "openingHours": {"zone": "Europe/Lisbon", "spans": [{"day": "monday", "opensMinute": 540, "closesMinute": 1080}]}}
    for change, reason in (
        ({"keywords": [{"phrase": "!?", "priority": "low"}]}, "phraseEmpty"),
        ({"openingHours": {"zone": "../etc/passwd", "spans": rules["openingHours"]["spans"]}}, "unknownZone"),
        ({"openingHours": {"zone": "UTC", "spans": []}}, "hoursInvalid"),
    ):
        found = mesh.outcome("rules.set", {"workspace": story.workspace, "rules": {**rules, **change}})
        report.equal(f"no rules with {reason}", ("refused", reason), found)
    del rules["openingHours"]
    report.equal("rules are set", {}, mesh.ask("rules.set", {"workspace": story.workspace, "rules": rules}))
    report.equal("and read", rules, mesh.ask("rules.read", {"workspace": story.workspace})["rules"])
    event = {
        "kind": "message", "id": f"mid:{story.tag}:rule", "participant": {"igsid": story.mara["value"]}, "sentAt": now(),
        "receivedAt": now(), "type": "text", "text": "Quiero una DEVOLUCION"}
    batch = {"workspace": story.workspace, "channel": story.channels["instagram"], "account": story.instagram, "events": [event]}
    mesh.ask("conversations.append", batch, key=f"{story.tag}:rule", peer="intake")

    def waiting():
        entries = mesh.ask("handoff.queue", {"workspace": story.workspace, "limit": 10})["entries"]
        return entries[0]["ask"] if entries else None

    found = eventually("the rule has asked for a person", waiting)
    report.equal("by the keyword", ("rule", "keyword", "urgent"), (found["asker"], found["reason"], found["priority"]))
    place = {"workspace": story.workspace, "conversation": story.with_mara["id"]}
    mesh.ask("handoff.accept", place)
    mesh.ask("handoff.release", place)


def hand_over(story):
    report, mesh, ask = story.report, story.mesh, story.mesh.ask
    place = {"workspace": story.workspace, "conversation": story.with_mara["id"]}
    nowhere = {**place, "conversation": 2**53}
    agent = {"actor": mesh.actors["agent"]}
    report.equal("nobody accepts what doesn't wait", ("refused", "notWaiting"), mesh.outcome("handoff.accept", place, **agent))
    report.equal("nobody gives back what they don't hold", ("refused", "notHolder"), mesh.outcome("handoff.resolve", place, **agent))
    asked = ask("handoff.request", {**place, "reason": "personAsked", "priority": "high"})
    report.equal("a conversation waits", ("waiting", "person"), (asked["state"], asked["ask"]["asker"]))
    found = mesh.outcome("handoff.request", {**nowhere, "reason": "other", "priority": "low"})
    report.equal("none that is none", ("refused", "unknownConversation"), found)
    queue = ask("handoff.queue", {"workspace": story.workspace, "limit": 10})
    waiting = [(entry["conversation"], entry["ask"]["priority"]) for entry in queue["entries"]]
    report.equal("it is in the queue", ([(place["conversation"], "high")], 1), (waiting, queue["waiting"]))
    accepted = ask("handoff.accept", place, **agent)
    report.check("its lease ends", "a time to come", accepted["lease"]["expiresAt"] > now())
    again = ask("handoff.accept", place, **agent)
    report.check("accepting again prolongs it", accepted["lease"]["expiresAt"], again["lease"]["expiresAt"] >= accepted["lease"]["expiresAt"])
    report.equal("the queue is empty", 0, ask("handoff.queue", {"workspace": story.workspace, "limit": 10})["waiting"])
    found = mesh.outcome("handoff.context", story.context_request())
    report.equal("the assistant is given nothing now", ("refused", "heldByPerson"), found)
    reply = {
        "workspace": story.workspace, "channel": story.channels["instagram"], "recipient": story.mara, "author": "agent",
        "text": "I look into it.", "sentAt": now(), "lease": again["lease"]["text"]}
    passing = {"workspace": story.workspace, "conversation": place["conversation"], "turn": 0}
    report.equal("a turn that has passed is told", {}, mesh.ask("replies.passTurn", passing, peer="handoff-context"))
    report.equal("by nobody else", ("fault", "forbidden"), mesh.outcome("replies.passTurn", passing))
    report.equal("who holds it answers", True, ask("replies.record", reply, key=f"{story.tag}:agent", **agent)["recorded"])
    other = mesh.outcome("replies.record", reply, key=f"{story.tag}:other", actor=mesh.actors["owner"])
    report.equal("nobody else does under that lease", ("refused", "notHolder"), other)
    taken = ask("handoff.accept", place)
    stale = mesh.outcome("handoff.accept", place, **agent)
    report.equal("an owner takes it over, and the agent has lost it", ("refused", "heldByAnother"), stale)
    ours = {**reply, "text": "And I do, too.", "lease": taken["lease"]["text"]}
    report.equal("the owner answers", True, ask("replies.record", ours, key=f"{story.tag}:owner-answers")["recorded"])
    late = mesh.outcome("replies.record", reply, key=f"{story.tag}:late", **agent)
    report.equal("the agent no longer", ("refused", "notHolder"), late)
    report.equal("it goes back to the assistant", {}, ask("handoff.release", place))
    report.equal("who is given its context again", "bot", ask("handoff.context", story.context_request())["state"])
    ask("handoff.request", {**place, "reason": "other", "priority": "low"})
    ask("handoff.accept", place, **agent)
    report.equal("it is closed", {}, ask("handoff.resolve", place, **agent))
    report.equal("and not answered", ("refused", "conversationClosed"), mesh.outcome("handoff.context", story.context_request()))
    for method in ("handoff.release", "handoff.resolve"):
        report.equal(f"{method} of none that is none", ("refused", "unknownConversation"), mesh.outcome(method, nowhere))
