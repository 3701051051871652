"""A client of the mesh in another language, written from the design's page on the wire and the printed catalogue alone.

Python 3, standard library only. It shares no code with the mesh, so what both agree on is what the documents say.
"""

import base64
import hashlib
import hmac
import json
import os
import socket
import struct

FRAME_LENGTH_MAX = 4 * 1024 * 1024
HELLO_LENGTH_MAX = 8 * 1024
TIMEOUT_SECONDS = 20


class ProtocolError(Exception):
    """The other side broke the documented protocol."""


class Untrusted(Exception):
    """The server could not prove who it is."""


class Closed(Exception):
    """The connection ended where a frame was expected."""


class HelloRefused(Exception):
    def __init__(self, fault):
        super().__init__(fault["code"])
        self.fault = fault


def parse(data):
    """Strict JSON (RFC 8259): no duplicate names, no NaN, no invalid UTF-8."""

    def unique(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ProtocolError("a member's name stands twice")
        return dict(pairs)

    def refuse(word):
        raise ProtocolError(f"{word} is no JSON")

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except ValueError as error:
        raise ProtocolError("the frame is no strict JSON") from error


def encode(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def framed(payload):
    return struct.pack(">I", len(payload)) + payload


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def proof(secret, greeting, peer, key, nonce, side):
    lines = ["mesh/1", greeting["service"], peer, key, greeting["nonce"], nonce, side]
    return base64url(hmac.new(secret, "\n".join(lines).encode(), hashlib.sha256).digest())


def fault_of(value):
    """Checks a documented fault and returns it."""
    fault = value.get("fault")
    if not isinstance(fault, dict) or set(fault) != {"code", "retry", "message"}:
        raise ProtocolError("expected a fault with code, retry and message")
    if not isinstance(fault["retry"], bool) or not isinstance(fault["message"], str):
        raise ProtocolError("a fault's members have the wrong types")
    return fault


class Wire:
    """Frames over one TCP connection, before anybody knows anybody."""

    def __init__(self, port, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), timeout=TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffered = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, value):
        self.socket.sendall(framed(encode(value)))

    def send_bytes(self, data):
        self.socket.sendall(data)

    def receive(self, length_max=FRAME_LENGTH_MAX):
        """One frame's JSON."""
        (length,) = struct.unpack(">I", self._read(4))
        if not 1 <= length <= length_max:
            raise ProtocolError(f"a frame of {length} bytes")
        return parse(self._read(length))

    def is_closed(self):
        """Waits until the other side ends the connection; false when it says anything more."""
        return self.buffered == b"" and self.socket.recv(1) == b""

    def _read(self, count):
        while len(self.buffered) < count:
            more = self.socket.recv(65536)
            if not more:
                raise Closed("the connection was closed")
            self.buffered += more
        data, self.buffered = self.buffered[:count], self.buffered[count:]
        return data


class Link(Wire):
    """A connection whose two sides have proven who they are; many requests may be in flight on it."""

    def __init__(self, port, service, peer, key, secret):
        super().__init__(port)
        self.next_id = 1
        greeting = self.receive(HELLO_LENGTH_MAX)
        if set(greeting) != {"mesh", "service", "nonce"} or greeting["mesh"] != 1 or greeting["service"] != service:
            raise ProtocolError(f"no greeting of {service}")
        if len(from_base64url(greeting["nonce"])) != 32:
            raise ProtocolError("the server's nonce has not 32 bytes")
        nonce = base64url(os.urandom(32))
        self.send({"peer": peer, "key": key, "nonce": nonce, "proof": proof(secret, greeting, peer, key, nonce, "client")})
        verdict = self.receive(HELLO_LENGTH_MAX)
        if "fault" in verdict:
            raise HelloRefused(fault_of(verdict))
        wanted = proof(secret, greeting, peer, key, nonce, "server")
        if set(verdict) != {"proof"} or not hmac.compare_digest(verdict["proof"], wanted):
            raise Untrusted(f"{service} could not prove who it is")

    def put(self, method, body, key=None, timeout=15_000, **more):
        """Sends one request and returns its id; its reply comes with some later `receive`."""
        id = self.next_id
        self.next_id += 1
        envelope = {"id": id, "method": method, "timeout": timeout, **more}
        if key is not None:
            envelope["key"] = key
        self.send({**envelope, "body": body})
        return id

    def call(self, method, body, **options):
        """One request and its reply, nothing else being in flight."""
        return self.collect([self.put(method, body, **options)])[0]

    def collect(self, ids):
        """The replies to `ids`, in that order, in whatever order they come."""
        replies = {}
        while len(replies) < len(ids):
            reply = self.receive()
            id = reply.get("id")
            if id not in ids or id in replies:
                raise ProtocolError(f"a reply with id {id}, which nothing waits for")
            replies[id] = reply
        return [replies[id] for id in ids]
