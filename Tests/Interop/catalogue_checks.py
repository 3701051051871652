"""The catalogue itself, and the validator that everything else leans on."""

import json_schema
from mesh import ENTRY_MEMBERS, OPERATOR, judge
from mesh_client import ProtocolError


def validator(report):
    """Negative controls: each keyword refuses something."""
    cases = [
        ({"type": "object", "properties": {"a": {}}, "required": ["a"]}, {"a": None}, {}),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": 1}, {"a": True}),
        ({"type": "object", "properties": {}}, {}, {"undescribed": 1}),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"x": 1}, {"x": "1"}),
        ({"type": "array", "items": {"type": "boolean"}, "maxItems": 2}, [True, False], [True, 0]),
        ({"type": "array", "items": {}, "maxItems": 2}, [1, 2], [1, 2, 3]),
        ({"type": "string", "minLength": 1, "maxLength": 2}, "\U0001f600\u00fc", ""),
        ({"type": "string", "maxLength": 2}, "ab", "abc"),
        ({"type": "string", "pattern": "^[a-z.-]*$"}, "a.b-c", "a.b c"),
        ({"type": "string", "pattern": "^[a-z]*$"}, "ab", "ab\n"),
        ({"type": "integer", "minimum": 1, "maximum": 3}, 1, 0),
        ({"type": "integer", "minimum": 1, "maximum": 3}, 3, 4),
        ({"type": "integer"}, -1, 1.0),
        ({"enum": ["red", "green"]}, "red", "blue"),
    ]
    for schema, right, wrong in cases:
        fits = json_schema.problems(schema, right) == [] and json_schema.problems(schema, wrong) != []
        report.check(f"the validator takes {right!r} and refuses {wrong!r}", "one taken and one refused", fits)
    for schema in [{"type": "string", "pattern": "a"}, {"type": "number"}, {"items": {"$ref": "#"}}]:
        try:
            json_schema.problems(schema, [])
            refused = False
        except json_schema.SchemaError:
            refused = True
        report.check(f"the validator refuses what it doesn't know in {schema}", "an error", refused)


def catalogue(report, mesh):
    for (service, method), entry in mesh.entries.items():
        for schema in (entry["request"], entry["response"]):
            json_schema.check(schema)
        fits = set(entry) == ENTRY_MEMBERS and entry["callers"] and entry["repeats"] in ("harmless", "deduplicated", "forbidden")
        report.check(f"{service} {method} has a complete entry", f"the members {sorted(ENTRY_MEMBERS)}", fits)
    for service in mesh.services:
        own = mesh.ask("mesh.contracts", {}, to=service)["methods"]
        printed = [entry for (name, _), entry in mesh.entries.items() if name == service]
        different = [entry["method"] for entry in printed + own if entry not in printed or entry not in own]
        report.equal(f"{service} says the same as meshctl contracts", [], different)


def tampered_replies(report, mesh):
    """Negative control: real replies that somebody changed on their way are refused."""
    holder = mesh.entries["conversation-store", "holder.describe"]
    reply = mesh.link("conversation-store").call("holder.describe", {})
    judge(holder, reply)
    count = 0
    for tampered in json_schema.without_each_required(holder["response"], reply["ok"]):
        count += refuses(holder, {**reply, "ok": tampered})
    required = sum(1 for _ in json_schema.without_each_required(holder["response"], reply["ok"]))
    report.equal("every member taken from a real reply is missed", required, count)
    report.check("there were members to take", "at least 10", required >= 10)
    others = {
        "a word for a list": {**reply, "ok": {**reply["ok"], "columns": "none"}},
        "a member that is not described": {**reply, "ok": {**reply["ok"], "more": 1}},
        "a name that is too long": {**reply, "ok": {**reply["ok"], "holder": "h" * 33}},
        "two kinds of reply at once": {**reply, "fault": {"code": "internal", "retry": False, "message": "m"}},
        "a reason that the catalogue doesn't know": {"id": 1, "refused": {"reason": "because", "message": "m"}},
        "a code that isn't documented": {"id": 1, "fault": {"code": "tired", "retry": False, "message": "m"}},
        "a fault without retry": {"id": 1, "fault": {"code": "internal", "message": "m"}},
    }
    for name, tampered in others.items():
        report.check(f"a reply with {name} is refused", "a protocol error", refuses(holder, tampered))


def permissions(report, mesh):
    """What the catalogue says of callers is what happens."""
    for (service, method), entry in mesh.entries.items():
        needs_person = entry["roles"] and OPERATOR not in entry["roles"]
        if OPERATOR not in entry["callers"] or needs_person:
            found = mesh.outcome(method, json_schema.sample(entry["request"]), key="interop:forbidden", to=service)
            report.equal(f"{service} forbids {method} to the operator alone", ("fault", "forbidden"), found)


def refuses(entry, reply):
    try:
        judge(entry, reply)
        return False
    except ProtocolError:
        return True
