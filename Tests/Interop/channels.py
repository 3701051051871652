"""Channels are listed, and end: by their customer, or by the business at Meta."""

from mesh import now


def end(story):
    report, mesh, workspace = story.report, story.mesh, story.workspace
    account = {"platform": "whatsapp", "id": f"2065{story.number:012}"}
    channel = mesh.ask("channels.connect", story.connection(account), key=f"{story.tag}:connect:short")["channel"]
    own = {"workspace": workspace, "channel": channel}
    listed = {entry["channel"]: entry for entry in mesh.ask("channels.list", {"workspace": workspace})["channels"]}
    report.check("all channels are listed", "three, none ended", len(listed) == 3 and not any("endedAt" in entry for entry in listed.values()))
    report.equal("with the attestation that each rests on", "attest-3", listed[channel]["attestation"]["textVersion"])
    ended = mesh.ask("channels.disconnect", own)["endedAt"]
    report.equal("a channel ends once", ended, mesh.ask("channels.disconnect", own)["endedAt"])
    report.equal("it has no features any more", ("refused", "channelEnded"), mesh.outcome("channels.setFeatures", {**own, "features": []}))
    report.equal(
        "no channel of nobody's ends", ("refused", "unknownChannel"), mesh.outcome("channels.disconnect", {**own, "channel": "ch-nobody"}))
    # All of the story's channels are this user's; a callback from before they were connected ends none.
    users = {"app": "900000000000011", "user": f"1020{account['id'][-10:]}", "at": now() - 3_600_000}
    told = mesh.ask("channels.deauthorize", users, peer="deletion-coordinator")
    report.equal("an old callback ends nothing", {"known": 3, "ended": 0}, told)
    report.equal("the operator can't", ("fault", "forbidden"), mesh.outcome("channels.deauthorize", users))
