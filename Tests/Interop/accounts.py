"""Who acts: members and their tokens, what a workspace instructs, and a gateway that speaks for them."""

from mesh_client import HelloRefused


def join(story):
    """Members of the new workspace, and a privacy officer; from here on they act where the operator may not."""
    report, mesh, ask = story.report, story.mesh, story.mesh.ask
    story.members = {}
    for role, workspace in (("owner", story.workspace), ("agent", story.workspace), ("privacyOfficer", None), ("support", None)):
        scope = {"workspace": workspace} if workspace else {}
        member = ask("members.add", {**scope, "role": role}, key=f"{story.tag}:{role}")["member"]
        story.members[role] = member
        mesh.actors[role] = ask("members.issueToken", {**scope, "member": member, "seconds": 900})["token"]
    again = ask("members.add", {"workspace": story.workspace, "role": "owner"}, key=f"{story.tag}:owner")["member"]
    report.equal("a member added once more with the same key is the same", story.members["owner"], again)
    for body, reason in (
        ({"workspace": story.workspace, "role": "emperor"}, "unknownRole"), ({"role": "agent"}, "roleNotAllowed"),
        ({"workspace": story.workspace, "role": "auditor"}, "roleNotAllowed"), ({"workspace": "nobody", "role": "agent"}, "unknownWorkspace"),
    ):
        found = mesh.outcome("members.add", body, key=f"{story.tag}:{reason}:{body['role']}")
        report.equal(f"no member {body}", ("refused", reason), found)


def tokens(story):
    """A token that is not valid is forbidden, without a hint what is wrong with it."""
    report, mesh, workspace = story.report, story.mesh, story.workspace
    read, good = {"workspace": workspace}, mesh.actors["owner"]
    report.equal("its owner reads a workspace", "ok", mesh.outcome("workspaces.read", read)[0])
    head, code = good.rsplit(".", 1)
    parts = head.split(".")
    later = ".".join([*parts[:4], str(int(parts[4]) + 1)])
    turned = code[:-2] + ("A" if code[-2] != "A" else "B") + code[-1]
    messages = set()
    for name, token in (
        ("forged", f"{head}.{turned}"), ("prolonged", f"{later}.{code}"), ("truncated", good[:-5]), ("empty", ""), ("another kind of", "x"),
    ):
        reply = mesh.link("intake").call("workspaces.read", read, actor=token)
        report.equal(f"a {name} token is forbidden", "forbidden", reply.get("fault", {}).get("code"))
        messages.add(reply.get("fault", {}).get("message"))
    report.equal("all in the same words", 1, len(messages))
    other = mesh.ask("workspaces.open", story.terms, key=f"{story.tag}:other")["workspace"]
    for body in ({"workspace": other}, {"workspace": "nobody"}):
        report.equal("another workspace is forbidden to an owner", ("fault", "forbidden"), mesh.outcome("workspaces.read", body))
    report.equal(
        "an agent instructs nobody", ("fault", "forbidden"), mesh.outcome("workspaces.instruct", read, actor=mesh.actors["agent"]))


def instructions(story):
    report, mesh, workspace = story.report, story.mesh, story.workspace
    told = mesh.ask("workspaces.instruct", {"workspace": workspace, "agentsSeeContacts": False})["instructions"]
    report.equal("an instruction stands, the others stay", (False, "erase"), (told["agentsSeeContacts"], told["onDeletion"]))
    report.equal("and is read again", told, mesh.ask("workspaces.read", {"workspace": workspace})["instructions"])
    far = {"workspace": workspace, "supportUntil": 4_000_000_000_000}
    report.equal("support is let in for a week at most", ("refused", "grantTooLong"), mesh.outcome("workspaces.instruct", far))
    mesh.ask("workspaces.instruct", {"workspace": workspace, "agentsSeeContacts": True})
    billing = {"customerNumber": "K-10042", "vatID": "PT500000000"}
    report.equal("billing identifiers are set", {}, mesh.ask("workspaces.setBilling", {"workspace": workspace, "billing": billing}))
    report.equal("and read by an owner", billing, mesh.ask("workspaces.readBilling", {"workspace": workspace}))
    agent = mesh.outcome("workspaces.readBilling", {"workspace": workspace}, actor=mesh.actors["agent"])
    report.equal("not by an agent", ("fault", "forbidden"), agent)


def changes(story):
    report, mesh, workspace = story.report, story.mesh, story.workspace
    agent = {"workspace": workspace, "member": story.members["agent"]}
    report.equal("an agent becomes a manager", {}, mesh.ask("members.setRole", {**agent, "role": "manager"}))
    stale = mesh.outcome("members.add", {"workspace": workspace, "role": "agent"}, key=f"{story.tag}:stale", actor=mesh.actors["agent"])
    report.equal("the token from before is worth nothing", ("fault", "forbidden"), stale)
    report.equal("the manager leaves", {}, mesh.ask("members.remove", agent))
    found = mesh.outcome("members.issueToken", {**agent, "seconds": 60})
    report.equal("and gets no token", ("refused", "unknownMember"), found)
    owner = {"workspace": workspace, "member": story.members["owner"]}
    report.equal("the last owner stays", ("refused", "lastOwner"), mesh.outcome("members.remove", owner, actor=mesh.actors["owner"]))
    report.equal("and is no operator's to remove", ("refused", "roleNotAllowed"), mesh.outcome("members.remove", owner))
    second = {"workspace": workspace, "role": "owner"}
    found = mesh.outcome("members.add", second, key=f"{story.tag}:second")
    report.equal("nor does the operator make another one", ("refused", "roleNotAllowed"), found)
    nobody = {"workspace": workspace, "member": "mem_nobody"}
    report.equal("nobody has no role", ("refused", "unknownMember"), mesh.outcome("members.setRole", {**nobody, "role": "agent"}))


def programs(story):
    """A gateway of the customer's own, let in and turned away while the services run."""
    report, mesh = story.report, story.mesh
    name = f"gateway-{story.number}"
    entry = {"name": name, "kind": "gateway", "workspace": story.workspace}
    mesh.meshctl("peer", "add", name, "--kind", "gateway", "--workspace", story.workspace)
    listed = [peer["name"] for peer in mesh.ask("peers.list", {})["peers"]]
    report.check("the gateway is listed", name, name in listed)
    report.equal("adding it once more changes nothing", {}, mesh.ask("peers.add", entry))
    taken = mesh.outcome("peers.add", {**entry, "kind": "assistant"})
    report.equal("its name is taken", ("refused", "nameTaken"), taken)
    for body, reason in (
        ({**entry, "name": "No Name"}, "badName"), ({**entry, "name": "intake"}, "badName"), ({**entry, "kind": "operator"}, "kindNotAllowed"),
        ({"name": f"c-{story.number}", "kind": "connector"}, "workspaceMissing"),
        ({"name": f"c-{story.number}", "kind": "gateway", "workspace": "nobody"}, "unknownWorkspace"),
    ):
        report.equal(f"no program {body['name']} {body['kind']}", ("refused", reason), mesh.outcome("peers.add", body))
    read = {"workspace": story.workspace}
    report.equal(
        "a gateway says nothing of its own", ("fault", "forbidden"), mesh.outcome("workspaces.read", read, peer=name))
    report.equal(
        "it speaks for a member", "ok", mesh.outcome("workspaces.read", read, peer=name, actor=mesh.actors["owner"])[0])
    issued = mesh.ask("members.issueToken", {**read, "member": story.members["owner"], "seconds": 60}, peer=name)
    report.check("it gets tokens for its workspace's members", "a token", issued["token"])
    officer = mesh.outcome("members.issueToken", {"member": story.members["privacyOfficer"], "seconds": 60}, peer=name)
    report.equal("and for nobody else", ("fault", "forbidden"), officer)
    report.equal("the gateway is removed", {}, mesh.ask("peers.remove", {"name": name}))
    report.check("and cut off where it is connected", "the end", mesh.link("intake", name).is_closed())
    try:
        mesh.connect("intake", name)
        answer = "welcome"
    except HelloRefused as refused:
        answer = refused.fault["code"]
    report.equal("and let in no more, whatever keys it has", "unauthenticated", answer)
    report.equal("nobody is removed twice", ("refused", "unknownPeer"), mesh.outcome("peers.remove", {"name": name}))
