"""Who may connect: only who holds the key, and only to who holds it too."""

import os
import socket
import struct
import threading

from mesh import OPERATOR
from mesh_client import HELLO_LENGTH_MAX, HelloRefused, Link, Untrusted, Wire, base64url, encode, fault_of, framed, proof


def refused_hellos(report, mesh):
    key, secret = mesh.key("intake")
    other = mesh.key("conversation-store")[1]

    def honest(greeting, nonce):
        return {"peer": OPERATOR, "key": key, "nonce": nonce, "proof": proof(secret, greeting, OPERATOR, key, nonce, "client")}

    def claiming(peer=OPERATOR, id=key, secret=secret, side="client", nonce=None):
        def make(greeting, own):
            used = own if nonce is None else nonce(greeting)
            return {"peer": peer, "key": id, "nonce": used, "proof": proof(secret, greeting, peer, id, used, side)}

        return make

    cases = [
        ("a wrong proof", lambda greeting, nonce: {**honest(greeting, nonce), "proof": base64url(bytes(32))}, "unauthenticated"),
        ("no proof to speak of", lambda greeting, nonce: {**honest(greeting, nonce), "proof": ""}, "unauthenticated"),
        ("another link's secret", claiming(secret=other), "unauthenticated"),
        ("the server's own side", claiming(side="server"), "unauthenticated"),
        ("an unknown peer", claiming(peer="stranger"), "unauthenticated"),
        ("a peer that never calls this service", claiming(peer="intake"), "unauthenticated"),
        ("a wrong key id", claiming(id="k9"), "unauthenticated"),
        ("a name that is none", claiming(peer="../operator"), "unauthenticated"),
        ("the server's nonce sent back", claiming(nonce=lambda greeting: greeting["nonce"]), "unauthenticated"),
        ("a short nonce", claiming(nonce=lambda _: base64url(os.urandom(16))), "unauthenticated"),
        ("an unknown member", lambda greeting, nonce: {**honest(greeting, nonce), "more": 1}, "malformed"),
        ("a missing member", lambda greeting, nonce: {"peer": OPERATOR, "key": key, "nonce": nonce}, "malformed"),
    ]
    for name, make, code in cases:
        refusal(report, mesh, name, lambda greeting: framed(encode(make(greeting, base64url(os.urandom(32))))), code)
    raw = [
        ("a frame of no bytes", struct.pack(">I", 0), "malformed"),
        ("a frame one byte too long for a stranger", struct.pack(">I", HELLO_LENGTH_MAX + 1), "tooLarge"),
        ("no JSON", framed(b"GET / HTTP/1.1"), "malformed"),
        ("a request before the hello", framed(b'{"id":1,"method":"mesh.echo","timeout":2000,"body":{"payload":""}}'), "malformed"),
        ("nothing for two seconds", b"", "deadlineExceeded"),
    ]
    for name, data, code in raw:
        refusal(report, mesh, name, lambda _: data, code)


def refusal(report, mesh, name, claim, code):
    """Sends what `claim` makes of the greeting, and expects a fault and the end."""
    with Wire(mesh.port("intake")) as wire:
        wire.send_bytes(claim(wire.receive(HELLO_LENGTH_MAX)))
        verdict = wire.receive(HELLO_LENGTH_MAX)
        report.equal(f"hello: {name} gets {code}", ({"fault"}, code), (set(verdict), fault_of(verdict)["code"]))
        report.check(f"hello: {name} ends the connection", "the end", wire.is_closed())


def nonces_are_new(report, mesh):
    nonces = set()
    for _ in range(8):
        with Wire(mesh.port("intake")) as wire:
            nonces.add(wire.receive(HELLO_LENGTH_MAX)["nonce"])
    report.equal("hello: every greeting has a nonce of its own", 8, len(nonces))


def impostors(report, mesh):
    """A server in the middle that changes one character of the proof is noticed; one that changes nothing is not."""
    peer = (OPERATOR, *mesh.key("intake"))

    def changed(verdict):
        first = verdict["proof"][0]
        return {"proof": ("B" if first == "A" else "A") + verdict["proof"][1:]}

    outcomes = {}
    for name, change in [("honest", lambda verdict: verdict), ("changed", changed), ("missing", lambda _: {"proof": ""})]:
        with relay(mesh.port("intake"), change) as port:
            try:
                with Link(port, "intake", *peer):
                    outcomes[name] = "trusted"
            except Untrusted:
                outcomes[name] = "untrusted"
    report.equal("hello: a tampered server proof is noticed", {"honest": "trusted", "changed": "untrusted", "missing": "untrusted"}, outcomes)
    try:
        Link(mesh.port("intake"), "intake", OPERATOR, peer[1], bytes(32)).socket.close()
        found = "trusted"
    except HelloRefused as error:
        found = error.fault["code"]
    report.equal("hello: a client with a wrong secret learns it from the fault", "unauthenticated", found)


class relay:
    """Passes one hello on to a real service, with the server's last word changed."""

    def __init__(self, port, change):
        self.port = port
        self.change = change

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self.listener.getsockname()[1]

    def __exit__(self, *_):
        self.thread.join()
        self.listener.close()

    def _run(self):
        client = Wire.__new__(Wire)
        client.socket, client.buffered = self.listener.accept()[0], b""
        with client, Wire(self.port) as server:
            client.send(server.receive())
            server.send(client.receive())
            client.send(self.change(server.receive()))
