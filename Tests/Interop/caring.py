"""What a workspace says of its participants: that two are one, fields of its own, restrictions and objections."""

from mesh import now


def care(story):
    report, mesh = story.report, story.mesh
    mara, jonas = story.with_mara["participant"]["id"], story.with_jonas["participant"]["id"]
    own = {"workspace": story.workspace, "participant": mara}
    unknown = {"workspace": story.workspace, "participant": 2**53}
    fields = [{"name": "Kundennummer", "text": "K-10042"}, {"name": "lamps", "number": 3}, {"name": "vip", "flag": True}]
    report.equal("fields are set", {}, mesh.ask("participants.setFields", {**own, "fields": fields}))
    wrong = mesh.outcome("participants.setFields", {**own, "fields": [{"name": "lamps", "number": 3, "text": "three"}]})
    report.equal("a field has one value", ("refused", "twoValues"), wrong)
    desk = {"workspace": story.workspace, "conversation": story.with_mara["id"]}
    agent = story.members["agent"]
    taken = mesh.ask("conversations.update", {**desk, "assignee": agent, "closed": True})
    report.equal("a conversation is somebody's", agent, taken["assignee"])
    listed = {"workspace": story.workspace, "limit": 100, "assignee": agent, "open": False}
    report.equal("and listed as closed", [desk["conversation"]], [one["id"] for one in mesh.ask("conversations.list", listed)["conversations"]])
    report.equal("until it is opened", {}, mesh.ask("conversations.update", {**desk, "unassigned": True, "closed": False}))
    stranger = mesh.outcome("conversations.update", {**desk, "assignee": "mem-nobody"})
    report.equal("it is no stranger's", ("refused", "unknownMember"), stranger)
    nowhere = mesh.outcome("conversations.update", {**desk, "conversation": 2**53, "closed": True})
    report.equal("there is no such conversation", ("refused", "unknownConversation"), nowhere)
    by_agent = {"actor": mesh.actors["agent"]}

    def unread():
        return mesh.ask("conversations.list", {"workspace": story.workspace, "limit": 1}, **by_agent)["conversations"][0]["unread"]

    last = mesh.ask("conversations.list", {"workspace": story.workspace, "limit": 1})["conversations"][0]
    place = {"workspace": story.workspace, "conversation": last["id"], "until": last["lastMessage"]}
    report.equal("nobody has read it", True, unread() > 0)
    report.equal("what a member has read is read", {"unread": 0}, mesh.ask("conversations.markRead", place, **by_agent))
    report.equal("and listed so", 0, unread())
    report.equal("another has own marks", True, mesh.ask("conversations.list", {"workspace": story.workspace, "limit": 1})["conversations"][0]["unread"] > 0)
    nowhere = mesh.outcome("conversations.markRead", {**place, "conversation": 2**53}, **by_agent)
    report.equal("what is not there is not read", ("refused", "unknownConversation"), nowhere)
    evidence = {"kind": "statement", "source": "a call"}
    report.equal("a link with evidence", {}, mesh.ask("participants.link", {**own, "other": jonas, "evidence": evidence}))
    himself = mesh.outcome("participants.link", {**own, "other": mara, "evidence": evidence})
    report.equal("not with oneself", ("refused", "sameParticipant"), himself)
    proof = {**own, "other": jonas, "evidence": {"kind": "code", "source": "m-1"}}
    found = mesh.outcome("participants.link", proof, actor=mesh.actors["agent"])
    report.equal("an agent proves nothing", ("refused", "proofNotAllowed"), found)
    read = mesh.ask("participants.read", own)
    report.equal("fields are read", fields, read["fields"])
    report.equal("and links", [(jonas, evidence)], [(link["other"], link["evidence"]) for link in read["links"]])
    report.equal("a link is taken back", {}, mesh.ask("participants.unlink", {**own, "other": jonas}))
    again = mesh.outcome("participants.unlink", {**own, "other": jonas})
    report.equal("once", ("refused", "unknownLink"), again)
    since = mesh.ask("participants.restrict", {**own, "restricted": True})["restrictedAt"]
    report.equal("a restriction is read", since, mesh.ask("participants.read", own)["participant"]["restrictedAt"])
    search = {"workspace": story.workspace, "query": "lamp", "limit": 10, "participant": mara}
    report.equal("nothing of theirs is found", [], mesh.ask("conversations.search", search)["messages"])
    report.equal("and lifted", {}, mesh.ask("participants.restrict", {**own, "restricted": False}))
    said = now() - 1000
    report.equal("an objection stands", said, mesh.ask("participants.objection", {**own, "objects": True, "at": said})["marketingObjectionAt"])
    report.equal("until it is taken back", {}, mesh.ask("participants.objection", {**own, "objects": False, "at": now()}))
    for method, rest in (
        ("read", {}), ("link", {"other": mara, "evidence": evidence}), ("setFields", {"fields": []}), ("restrict", {"restricted": True}),
        ("objection", {"objects": True, "at": said}),
    ):
        found = mesh.outcome(f"participants.{method}", {**unknown, **rest})
        report.equal(f"participants.{method} knows no stranger", ("refused", "unknownParticipant"), found)
