"""Many requests in flight on one connection: every one is answered, once, under its own id."""

import random


def all_are_answered(report, mesh, count=600):
    """In flight together: quick ones and, among them, slow ones; ids in no order."""
    link = mesh.connect("conversation-store", "deletion-coordinator")
    ids = random.sample(range(2**62), count)
    subject = {"workspace": "nobody", "aliases": [], "accounts": [], "participants": [], "conversations": [], "contacts": [], "members": []}
    slow = set(ids[:: count // 4])
    for id in ids:
        link.next_id = id
        if id in slow:
            link.put("holder.prove", {"subject": subject, "scan": True}, timeout=60_000)
        else:
            link.put("mesh.echo", {"payload": f"p{id}"})
    arrived = []
    receive = link.receive

    def noted():
        reply = receive()
        arrived.append(reply["id"])
        return reply

    link.receive = noted
    replies = dict(zip(ids, link.collect(ids)))
    echoed = all(replies[id].get("ok") == {"payload": f"p{id}"} for id in ids if id not in slow)
    report.check(f"{count} requests in flight are answered under their own ids", "each its own payload", echoed)
    report.check("slow ones among them too", "a proof", all(replies[id]["ok"]["holder"] == "conversation-store" for id in slow))
    report.check("a slow request holds up nobody behind it", "another order than that of the requests", arrived != ids)
    report.equal("nothing is answered twice", sorted(ids), sorted(arrived))
