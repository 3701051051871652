"""What breaks the protocol gets the documented fault; what ends a connection really ends it."""

import struct

import json_schema
from mesh import OPERATOR
from mesh_client import FRAME_LENGTH_MAX, fault_of, framed

DEPTH_MAX = 64
ECHO_LENGTH_MAX = 1_048_576


def echo(more="", body='{"payload":"p"}', id=7):
    return f'{{"id":{id},"method":"mesh.echo","timeout":2000{more},"body":{body}}}'


def nested(depth):
    """An echo whose deepest value lies `depth` levels deep: the envelope and the body are two of them."""
    lists = depth - 2
    return echo(body='{"payload":"p","newer":' + "[" * lists + "]" * lists + "}")


# Name, bytes on the wire, code, the id that the fault carries. The connection closes.
CLOSING = [
    ("a frame of no bytes", struct.pack(">I", 0), "malformed", None),
    ("a frame one byte too long", struct.pack(">I", FRAME_LENGTH_MAX + 1), "tooLarge", None),
    ("the longest length there is", b"\xff\xff\xff\xff", "tooLarge", None),
    ("no JSON", framed(b"hello?"), "malformed", None),
    ("half an object", framed(echo().encode()[:-1]), "malformed", None),
    ("two values", framed(b"{} {}"), "malformed", None),
    ("invalid UTF-8", framed(echo(body='{"payload":"?"}').encode().replace(b"?", b"\xff")), "malformed", None),
    ("overlong UTF-8", framed(echo(body='{"payload":"?"}').encode().replace(b"?", b"\xc0\xaf")), "malformed", None),
    ("a byte order mark", framed(b"\xef\xbb\xbf" + echo().encode()), "malformed", None),
    ("a member twice", framed(echo(more=',"timeout":2000').encode()), "malformed", None),
    ("a member of the body twice", framed(echo(body='{"payload":"p","payload":"p"}').encode()), "malformed", None),
    ("a member of the body twice, once with escapes", framed(echo(body='{"payload":"p","pa\\u0079load":"p"}').encode()), "malformed", None),
    ("a lone surrogate", framed(echo(body='{"payload":"\\ud83d"}').encode()), "malformed", None),
    ("a trailing comma", framed(echo(body='{"payload":"p",}').encode()), "malformed", None),
    ("a number that nothing holds", framed(echo(body='{"payload":"p","newer":1e400}').encode()), "malformed", None),
    ("a raw control character", framed(echo(body='{"payload":"\x01"}').encode()), "malformed", None),
    ("a depth of 65", framed(nested(DEPTH_MAX + 1).encode()), "malformed", None),
    ("a list for an envelope", framed(b"[]"), "malformed", None),
    ("an unknown member of the envelope", framed(echo(more=',"priority":1').encode()), "malformed", 7),
    ("no id", framed(echo().replace('"id":7,', "").encode()), "malformed", None),
    ("an id that is text", framed(echo(id='"7"').encode()), "malformed", None),
    ("an id below 0", framed(echo(id=-1).encode()), "malformed", None),
    ("no method", framed(b'{"id":7,"timeout":2000,"body":{}}'), "malformed", 7),
    ("no body", framed(b'{"id":7,"method":"mesh.echo","timeout":2000}'), "malformed", 7),
    ("no time", framed(echo().replace("2000", "0").encode()), "malformed", 7),
    ("a trace of other than hex digits", framed(echo(more=',"trace":"0123456789ABCDEF"').encode()), "malformed", 7),
    ("a key with a space", framed(echo(more=',"key":"a name"').encode()), "malformed", 7),
    ("null for an optional member", framed(echo(more=',"trace":null').encode()), "malformed", 7),
]


def closing(report, mesh):
    for name, data, code, id in CLOSING:
        with mesh.connect("intake") as link:
            link.send_bytes(data)
            reply = link.receive()
            found = (reply.get("id", "absent"), fault_of(reply)["code"], fault_of(reply)["retry"])
            report.equal(f"{name} gets {code}", (id, code, False), found)
            report.check(f"{name} ends the connection", "the end and nothing before it", set(reply) == {"id", "fault"} and link.is_closed())


def going_on(report, mesh):
    """Faults of one request: its neighbours on the same connection are answered."""
    link = mesh.connect("intake")
    entry = mesh.entries["intake", "workspaces.open"]
    body = json_schema.sample(entry["request"])
    cases = [
        ("a body without a member", "mesh.echo", {}, {}, "malformed"),
        ("a member of another type", "mesh.echo", {"payload": 7}, {}, "malformed"),
        ("null for a member", "mesh.echo", {"payload": None}, {}, "malformed"),
        ("a list for a body", "mesh.echo", [], {}, "malformed"),
        ("a text that is too long", "mesh.echo", {"payload": "x" * (ECHO_LENGTH_MAX + 1)}, {}, "malformed"),
        ("a number beyond its range", "quarantine.list", {"after": -1}, {}, "malformed"),
        ("a fraction for an integer", "quarantine.list", {"after": 1.5}, {}, "malformed"),
        ("a keyed request without its key", "workspaces.open", body, {}, "malformed"),
        ("a word that is none", "workspaces.open", {**body, "onDeletion": "perhaps"}, {"key": "interop:word"}, "malformed"),
        ("a method that is none", "mesh.sing", {}, {}, "unknownMethod"),
        ("a method of another service", "conversations.list", {}, {}, "unknownMethod"),
        ("a method for others", "access.feed", {}, {}, "forbidden"),
    ]
    for name, method, body, options, code in cases:
        before, ours, after = link.collect([
            link.put("mesh.echo", {"payload": "before"}), link.put(method, body, **options), link.put("mesh.echo", {"payload": "after"})])
        answered = before.get("ok") == {"payload": "before"} and after.get("ok") == {"payload": "after"}
        report.equal(f"{name} gets {code}, its neighbours their answers", (code, False, True), (*fault_kind(ours), answered))
    for text in ("a member's value", "SECRET-7"):
        reply = link.call("mesh.echo", {"payload": 7, text: text})
        report.check(f"a fault never contains what was sent ({text!r})", "a message of ours", text not in fault_of(reply)["message"])


def names_what_is_missing(report, mesh):
    """An empty body is answered with the name of a member that it lacks, for every method that needs one."""
    for (service, method), entry in mesh.entries.items():
        required = entry["request"].get("required", [])
        if required and OPERATOR in entry["callers"]:
            message = fault_of(mesh.link(service).call(method, {}, key="interop:empty"))["message"]
            report.check(f"{service} {method} names what is missing", f"one of {required}", any(f'"{name}"' in message for name in required))


def accepted(report, mesh):
    """Right at the limits everything still works: without these the checks above could pass by refusing all."""
    with mesh.connect("intake") as link:
        for name, text in [("a depth of 64", nested(DEPTH_MAX)), ("members in another order", reordered())]:
            link.send_bytes(framed(text.encode()))
            report.equal(f"{name} is taken", {"id": 7, "ok": {"payload": "p"}}, link.receive())
        payload = "x" * ECHO_LENGTH_MAX
        report.check("a text of the greatest length comes back", "the same text", link.call("mesh.echo", {"payload": payload}).get("ok") == {
            "payload": payload})
        text = echo()
        full = text[:-1] + " " * (FRAME_LENGTH_MAX - len(text)) + "}"
        link.send_bytes(framed(full.encode()))
        report.equal("a frame of the greatest length is taken", {"id": 7, "ok": {"payload": "p"}}, link.receive())
        for byte in framed(text.encode()):
            link.send_bytes(bytes([byte]))
        report.equal("a frame that comes byte by byte is taken", {"id": 7, "ok": {"payload": "p"}}, link.receive())


def reordered():
    return '{ "body" : {"newer":[{}], "payload":"p"} ,\n"timeout":2000,"method":"mesh.\\u0065cho","id":7}'


def fault_kind(reply):
    fault = fault_of(reply)
    return fault["code"], fault["retry"]
