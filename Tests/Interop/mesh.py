"""A running mesh as its data folder shows it: ports, keys, the printed catalogue, and calls whose every reply is held against it."""

import glob
import hashlib
import hmac
import http.client
import json
import os
import subprocess
import time

import json_schema
from mesh_client import Link, ProtocolError, encode, fault_of, from_base64url

ENTRY_MEMBERS = {
    "method", "service", "purpose", "reads", "writes", "callers", "roles", "repeats", "deadlineMilliseconds", "request", "response",
    "refusals",
}
FAULT_CODES = {
    "malformed", "tooLarge", "unknownMethod", "unauthenticated", "forbidden", "purposeForbidden", "deadlineExceeded", "overloaded",
    "unavailable", "internal",
}
OPERATOR = "operator"
# Botseller's own people, who belong to no workspace.
PLATFORM_ROLES = ("operator", "support", "privacyOfficer", "auditor")


class Mesh:
    def __init__(self, data, meshctl):
        self.data = data
        self.binary = meshctl
        printed = self.meshctl("contracts")
        self.entries = {(entry["service"], entry["method"]): entry for entry in json.loads(printed)["methods"]}
        self.services = sorted({service for service, _ in self.entries})
        self.links = {}
        # Tokens by role: who acts where the operator alone may not.
        self.actors = {}
        # Methods that were answered `ok` with a reply that fits its schema.
        self.answered = set()

    def meshctl(self, *words):
        """What the operator's tool prints."""
        return subprocess.run(
            [self.binary, *words, "--data", self.data, "--base-port", "0"], stdout=subprocess.PIPE, check=True, timeout=60).stdout

    def port(self, service, door="mesh"):
        with open(os.path.join(self.data, "run", f"{service}.{door}.port"), encoding="ascii") as file:
            return int(file.read())

    def secret(self, name):
        with open(os.path.join(self.data, "keys", name), "rb") as file:
            return file.read().removesuffix(b"\n")

    def key(self, service, peer=OPERATOR):
        """The newest key id of a link, and its 32 bytes."""
        names = glob.glob(os.path.join(self.data, "keys", f"{peer}--{service}.*.key"))
        name = os.path.basename(max(names))
        return name.split(".")[1], from_base64url(self.secret(name).decode("ascii"))

    def connect(self, service, peer=OPERATOR):
        return Link(self.port(service), service, peer, *self.key(service, peer))

    def link(self, service, peer=OPERATOR):
        if (service, peer) not in self.links:
            self.links[service, peer] = self.connect(service, peer)
        return self.links[service, peer]

    def service_of(self, method):
        """The one service that serves a method."""
        (service,) = [service for service, name in self.entries if name == method]
        return service

    def actor(self, entry, peer, body):
        """The token of somebody whose role allows the call; None where the program itself may."""
        if peer != OPERATOR or not entry["roles"] or OPERATOR in entry["roles"]:
            return None
        of_workspace = "workspace" in body or "workspace" in body.get("subject", {})
        able = [role for role in entry["roles"] if role in self.actors and (of_workspace or role in PLATFORM_ROLES)]
        return self.actors[able[0]] if able else None

    def outcome(self, method, body, key=None, peer=OPERATOR, to=None, actor=None):
        """Puts a request that fits its schema; returns the kind of the reply and its content, both checked."""
        service = to or self.service_of(method)
        entry = self.entries[service, method]
        wrong = json_schema.problems(entry["request"], body)
        if wrong:
            raise ProtocolError(f"{method}: our own body is wrong: {wrong}")
        actor = actor or self.actor(entry, peer, body)
        acts = {} if actor is None else {"actor": actor}
        reply = self.link(service, peer).call(method, body, key=key, timeout=entry["deadlineMilliseconds"], **acts)
        kind, content = judge(entry, reply)
        if kind == "ok":
            self.answered.add(method)
        return kind, content

    def ask(self, method, body, **options):
        """As `outcome`, where only `ok` will do."""
        kind, content = self.outcome(method, body, **options)
        if kind != "ok":
            raise ProtocolError(f"{method}: expected ok, found {kind} {content}")
        return content

    def post(self, path, value, secret, service="intake"):
        """One signed webhook; returns the status. `secret` None: unsigned."""
        body = encode(value)
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        return self.http("POST", path, service, body, headers)[0]

    def http(self, verb, path, service, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port(service, "http"), timeout=20)
        try:
            connection.request(verb, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode("utf-8")
        finally:
            connection.close()


def now():
    """As the mesh counts: whole milliseconds since 1970, UTC."""
    return int(time.time() * 1000)


def judge(entry, reply):
    """Holds a reply against its method's entry; returns its kind and its content."""
    kinds = set(reply) - {"id"}
    if "id" not in reply or len(kinds) != 1 or not kinds <= {"ok", "refused", "fault"}:
        raise ProtocolError(f"{entry['method']}: expected id and one of ok, refused, fault; found {sorted(reply)}")
    (kind,) = kinds
    if kind == "ok":
        wrong = json_schema.problems(entry["response"], reply["ok"])
        if wrong:
            raise ProtocolError(f"{entry['method']}: the reply does not fit its schema: {wrong}")
        return kind, reply["ok"]
    if kind == "refused":
        refused = reply["refused"]
        if set(refused) != {"reason", "message"} or refused["reason"] not in entry["refusals"]:
            raise ProtocolError(f"{entry['method']}: {refused} is not among {entry['refusals']}")
        return kind, refused["reason"]
    fault = fault_of(reply)
    if fault["code"] not in FAULT_CODES:
        raise ProtocolError(f"{entry['method']}: {fault['code']} is no documented code")
    return kind, fault["code"]
