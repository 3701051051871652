"""A connector of the customer's own: it delivers in the mesh's terms, and brings profiles and insights."""

from mesh import now
from report import eventually


def deliver(story):
    report, mesh, workspace = story.report, story.mesh, story.workspace
    name = f"connector-{story.number}"
    mesh.meshctl("peer", "add", name, "--kind", "connector", "--workspace", workspace)
    own = {"workspace": workspace, "channel": story.channels["instagram"]}
    person = {"igsid": story.mara["value"]}
    event = {
        "kind": "message", "id": f"mid:{story.tag}:connector", "participant": person, "sentAt": now(), "receivedAt": 0, "type": "text",
        "text": "Is it dimmable?"}
    taken = mesh.ask("intake.deliver", {**own, "events": [event, event]}, peer=name)
    report.equal("a connector's event is taken once", {"accepted": 1, "repeated": 1, "keptOut": 0, "dropped": 0}, taken)
    comment = {**event, "kind": "comment", "id": f"c:{story.tag}", "details": {"comment": {"media": "1"}}}
    taken = mesh.ask("intake.deliver", {**own, "events": [{**comment, "origin": "history"}]}, peer=name)
    report.equal("history is not taken where it is off", 1, taken["dropped"])
    found = mesh.outcome("intake.deliver", {**own, "channel": "ch-nobody", "events": []}, peer=name)
    report.equal("not to a channel that is none", ("refused", "unknownChannel"), found)
    found = mesh.outcome("intake.deliver", {**own, "events": [{**event, "id": "x", "kind": "reply"}]}, peer=name)
    report.equal("no replies of ours", ("fault", "malformed"), found)
    found = mesh.outcome("intake.deliver", {**own, "workspace": "nobody", "events": []}, peer=name)
    report.equal("nor for another workspace", ("fault", "forbidden"), found)
    fetch(story, name, own)
    mesh.meshctl("peer", "remove", name)


def fetch(story, name, own):
    report, mesh = story.report, story.mesh
    profile = {**own, "person": story.mara, "username": "mara.lights", "pictureURL": "https://cdn.example/mara", "followers": 412, "fetchedAt": now()}

    def recorded():
        # Facts of a new program take a moment from intake.
        kind, content = mesh.outcome("profiles.record", profile, peer=name)
        return content if kind == "ok" else None

    report.equal("a profile is recorded", {}, eventually("conversation-store knows the connector", recorded))
    shown = mesh.ask("conversations.read", {"workspace": story.workspace, "conversation": story.with_mara["id"], "limit": 1})["participant"]
    report.equal("and shown", ("https://cdn.example/mara", 412), (shown.get("pictureURL"), shown.get("followers")))
    stranger = {**profile, "person": {**story.mara, "value": "6290999999999999"}}
    found = mesh.outcome("profiles.record", stranger, peer=name)
    report.equal("not of somebody who never wrote", ("refused", "unknownParticipant"), found)
    insight = {"metric": "reach", "value": 4120, "since": now() - 86_400_000, "until": now()}
    numbers = {**own, "insights": [insight]}
    found = mesh.outcome("insights.record", numbers, peer=name)
    report.equal("no insights where they are off", ("refused", "featureOff"), found)
    mesh.ask("channels.setFeatures", {**own, "features": ["comments", "insights"]})

    def taken():
        kind, content = mesh.outcome("insights.record", numbers, peer=name)
        return content if kind == "ok" else None

    report.equal("insights are taken where they are on", {}, eventually("conversation-store knows the features", taken))
    read = mesh.ask("insights.read", {**own, "since": insight["since"], "until": now(), "offset": 0})["insights"]
    report.equal("and read", [insight], read)
