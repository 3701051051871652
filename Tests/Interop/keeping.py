"""How long data is kept: the table, what a workspace may say, and runs."""


def retention(story):
    report, mesh = story.report, story.mesh
    officer = mesh.actors["privacyOfficer"]
    wanted = {"workspace": story.workspace, "rule": "comments", "days": 200}
    report.equal("a workspace keeps its comments for less", 200, mesh.ask("retention.set", wanted)["workspaceDays"])
    for change, expected in (
        ({"days": 366}, "longerThanDefault"), ({"rule": "billing", "days": 30}, "notTheWorkspaces"),
    ):
        found = mesh.outcome("retention.set", {**wanted, **change})
        report.equal(f"it may not say {change}", ("refused", expected), found)
    rules = {rule["rule"]: rule for rule in mesh.ask("retention.read", {"workspace": story.workspace, "limit": 1})["rules"]}
    report.equal("the table says so", (200, 365), (rules["comments"]["workspaceDays"], rules["comments"]["days"]))
    dry = mesh.ask("retention.run", {"workspace": story.workspace, "isDryRun": True})
    report.check("a dry run leaves no record", dry, "id" not in dry and "endedAt" in dry)
    run = mesh.ask("retention.run", {"isDryRun": False}, actor=officer)
    report.check("all holders answer", run["results"], not any(result.get("isOpen") for result in run["results"]))
    seen = mesh.ask("retention.read", {"limit": 5}, actor=officer)["runs"]
    report.check("the run is on record", seen, any(found["id"] == run["id"] and not found["isScheduled"] for found in seen))
