"""Every method of the catalogue with sensible bodies, as one story: a customer, two people, a reply, and a person who wants to be
forgotten. All of them are invented, and new in each run."""

import json
import secrets

import accounts
import agreeing
import caring
import channels
import connecting
import copying
import forgetting
import handoff
import integrating
import service_work
import keeping
import subprocessing
import webhooks
from mesh import now
from report import eventually


class Story:
    def __init__(self, report, mesh):
        self.report = report
        self.mesh = mesh
        number = self.number = secrets.randbelow(10**9)
        self.tag = f"interop:{number}"
        self.instagram = {"platform": "instagram", "id": f"1784{number:012}"}
        self.whatsapp = {"platform": "whatsapp", "id": f"1065{number:012}"}
        self.mara = {"platform": "instagram", "kind": "igsid", "value": f"6290{number:012}"}
        self.jonas = {"platform": "whatsapp", "kind": "phone", "value": f"1555{number:09}"}

    def tell(self):
        self.meet_the_services()
        self.open_and_connect()
        accounts.tokens(self)
        accounts.instructions(self)
        self.deliver()
        self.read()
        self.configure_assistant()
        self.reply()
        self.hand_over()
        handoff.hand_over(self)
        handoff.rule(self)
        self.look_into_quarantine()
        agreeing.agree(self)
        service_work.work(self)
        service_work.disclose(self)
        subprocessing.register(self)
        keeping.retention(self)
        caring.care(self)
        channels.end(self)
        connecting.deliver(self)
        integrating.connect(self)
        copying.copy(self)
        accounts.programs(self)
        accounts.changes(self)
        forgetting.forget(self)
        forgetting.decide(self)
        forgetting.hold(self)
        forgetting.terminate(self)

    def meet_the_services(self):
        for service in self.mesh.services:
            def healthy():
                health = self.mesh.ask("mesh.health", {}, to=service)
                return health if health["healthy"] else None

            self.report.equal(f"{service} is healthy", service, eventually(f"{service} is healthy", healthy)["service"])
            self.report.equal(f"{service} counts", service, self.mesh.ask("mesh.metrics", {}, to=service)["service"])
            columns = self.mesh.ask("holder.describe", {}, to=service)["columns"]
            personal = [column for column in columns if "category" in column]
            self.report.check(
                f"{service} describes each column", "some personal, each for a purpose on a basis",
                personal and all(column["purposes"] and "basis" in column and column["retentions"] for column in personal))
            text = "Gr\u00fc\u00dfe \U0001f600 \"\\/\b\f\n\r\t\u0001\u2028" + "x" * 70_000
            self.report.check(
                f"{service} sends back what it gets", "the same text",
                self.mesh.ask("mesh.echo", {"payload": text}, to=service)["payload"] == text)

    def open_and_connect(self):
        ask, report = self.mesh.ask, self.report
        terms = self.terms = {
            "name": "Lumen L\u00e1mparas", "market": "ES", "policyVersion": "2026-01", "agreementVersion": "dpa-4", "onDeletion": "erase"}
        self.workspace = ask("workspaces.open", terms, key=f"{self.tag}:open")["workspace"]
        again = ask("workspaces.open", terms, key=f"{self.tag}:open")["workspace"]
        report.equal("opening once more with the same key opens nothing", self.workspace, again)
        accounts.join(self)
        other = self.mesh.outcome("workspaces.open", {**terms, "market": "PT"}, key=f"{self.tag}:open")
        report.equal("a key used for something else is refused", ("refused", "keyReused"), other)
        self.channels = {}
        for account in (self.instagram, self.whatsapp):
            body = self.connection(account)
            self.channels[account["platform"]] = ask("channels.connect", body, key=f"{self.tag}:connect:{account['platform']}")["channel"]
            taken = self.mesh.outcome("channels.connect", body, key=f"{self.tag}:twice:{account['platform']}")
            report.equal(f"{account['platform']}: an account connects once", ("refused", "accountConnected"), taken)
        features = {"workspace": self.workspace, "channel": self.channels["instagram"], "features": ["comments"]}
        report.equal("features of a channel are set", {}, ask("channels.setFeatures", features))
        credential = {"scheme": "bearer", "secret": secrets.token_hex(16)}
        change = {"workspace": self.workspace, "channel": self.channels["whatsapp"], "credential": credential, "keepsFormer": False}
        report.equal("a provider's secret is set", {"live": 1}, ask("channels.setCredential", change))
        found = self.mesh.outcome("channels.setFeatures", {**features, "channel": "ch-nobody"})
        report.equal("no features for a channel that is none", ("refused", "unknownChannel"), found)
        unsure = self.connection({"platform": "instagram", "id": "17840000000000001"})
        unsure["attestation"]["consents"] = False
        found = self.mesh.outcome("channels.connect", unsure, key=f"{self.tag}:unsure")
        report.equal("no channel without the whole attestation", ("refused", "attestationIncomplete"), found)
        found = self.mesh.outcome("channels.connect", {**self.connection(unsure["account"]), "workspace": "nobody"}, key=f"{self.tag}:nobody")
        report.equal("no channel without a workspace", ("refused", "unknownWorkspace"), found)

    def connection(self, account):
        attestation = {
            "member": "member-7", "textVersion": "attest-3", "attestedAt": now(), "rights": True, "notices": True, "consents": True}
        authorization = {"app": "900000000000011", "user": f"1020{account['id'][-10:]}", "member": "member-7"}
        return {"workspace": self.workspace, "account": account, "attestation": attestation, "authorization": authorization}

    def deliver(self):
        instagram, whatsapp = self.mesh.secret("instagram.app.secret"), self.mesh.secret("whatsapp.app.secret")
        first = webhooks.instagram(self.instagram["id"], self.mara["value"], now())
        second = webhooks.whatsapp(self.whatsapp["id"], self.jonas["value"], "Jonas", now())
        self.report.equal("an unsigned webhook is turned away", 401, self.mesh.post("/webhooks/instagram", first, None))
        self.report.equal("a wrong signature is turned away", 401, self.mesh.post("/webhooks/instagram", first, b"another secret"))
        self.report.equal("Instagram's webhook is taken", 200, self.mesh.post("/webhooks/instagram", first, instagram))
        self.report.equal("Instagram's webhook is taken once more", 200, self.mesh.post("/webhooks/instagram", first, instagram))
        self.report.equal("WhatsApp's webhook is taken", 200, self.mesh.post("/webhooks/whatsapp", second, whatsapp))
        self.stranger = webhooks.instagram(f"1799{secrets.randbelow(10**12):012}", self.mara["value"], now())
        self.report.equal("a webhook for nobody's account is taken", 200, self.mesh.post("/webhooks/instagram", self.stranger, instagram))

    def conversations(self, count):
        """The workspace's conversations by platform, once there are so many."""
        def listed():
            found = self.mesh.ask("conversations.list", {"workspace": self.workspace, "limit": 100})["conversations"]
            return found if len(found) == count else None

        by_channel = {channel: platform for platform, channel in self.channels.items()}
        return {by_channel[entry["channel"]]: entry for entry in eventually(f"{count} conversations", listed)}

    def messages(self, conversation, count):
        def read():
            body = {"workspace": self.workspace, "conversation": conversation["id"], "limit": 200}
            found = self.mesh.ask("conversations.read", body)["messages"]
            return found if len(found) == count else None

        return eventually(f"{count} messages", read)

    def read(self):
        report, found = self.report, self.conversations(2)
        self.with_mara, self.with_jonas = found["instagram"], found["whatsapp"]
        report.check("Mara is known by her IGSID", self.mara, self.mara in self.with_mara["participant"]["aliases"])
        report.check("Jonas is known by his phone", self.jonas, self.jonas in self.with_jonas["participant"]["aliases"])
        report.equal("Jonas has the name that he gave", "Jonas", self.with_jonas["participant"].get("name"))
        texts = [(message["author"], message.get("text")) for message in self.messages(self.with_mara, 3)]
        report.equal("each message is stored once, in order", webhooks.MARAS, texts)
        older = {
            "workspace": self.workspace, "conversation": self.with_mara["id"], "limit": 1, "before": self.with_mara["lastMessage"]}
        report.equal("a page before a message", 1, len(self.mesh.ask("conversations.read", older)["messages"]))
        page = {
            "workspace": self.workspace, "channel": self.channels["instagram"], "limit": 1,
            "before": {"lastMessage": self.with_mara["lastMessage"]}}
        report.equal("a page behind the last conversation is empty", [], self.mesh.ask("conversations.list", page)["conversations"])
        wanted = {"workspace": self.workspace, "query": webhooks.MARAS[0][1], "limit": 10}

        def searched():
            found = [hit["text"] for hit in self.mesh.ask("conversations.search", wanted)["messages"]]
            return found if found else None

        report.equal("a message is found by its words", [webhooks.MARAS[0][1]], eventually("the search index follows", searched))
        nothing = self.mesh.outcome("conversations.search", {**wanted, "query": "..."})
        report.equal("nothing is found by no word", ("refused", "nothingToFind"), nothing)
        none = {"workspace": self.workspace, "conversation": 2**53, "limit": 1}
        unknown = ("refused", "unknownConversation")
        report.equal("a conversation that is none is unknown", unknown, self.mesh.outcome("conversations.read", none))
        foreign = {"workspace": "nobody", "conversation": self.with_mara["id"], "limit": 1}
        report.equal(
            "a conversation is not another workspace's", unknown, self.mesh.outcome("conversations.read", foreign, peer="handoff-context"))

    def reply(self):
        lease = self.mesh.ask("handoff.context", self.context_request())["lease"]["text"]
        body = {
            "workspace": self.workspace, "channel": self.channels["instagram"], "recipient": self.mara, "author": "assistant", "text": "It ships today.",
            "sentAt": now(), "lease": lease, "externalID": f"mid:{self.tag}:reply"}
        report = self.report
        for name, wrong in (
            ("forged lease", {"lease": lease[:-1] + ("A" if lease[-1] != "A" else "B")}), ("lease of another conversation", {"channel": self.channels["whatsapp"], "recipient": self.jonas}),
            ("lease of the other kind", {"author": "agent"}),
        ):
            found = self.mesh.outcome("replies.record", {**body, **wrong}, key=f"{self.tag}:{name.replace(' ', '-')}")
            report.equal(f"no reply under a {name}", ("refused", "notHolder"), found)
        report.equal("a reply is recorded", True, self.mesh.ask("replies.record", body, key=f"{self.tag}:reply")["recorded"])
        report.equal("and once", False, self.mesh.ask("replies.record", body, key=f"{self.tag}:reply")["recorded"])
        last = self.messages(self.with_mara, 4)[-1]
        report.equal("it stands in its conversation", ("assistant", "It ships today."), (last["author"], last.get("text")))
        found = self.mesh.outcome("replies.record", {**body, "channel": "ch-nobody"}, key=f"{self.tag}:lost")
        report.equal("no reply on a channel that is none", ("refused", "unknownChannel"), found)

    def configure_assistant(self):
        self.assistant = {"name": "Lumi", "prompt": "Answer briefly."}
        def configure():
            # Facts about a new workspace take a moment from intake.
            kind, content = self.mesh.outcome("assistants.configure", {"workspace": self.workspace, "assistant": self.assistant})
            return content if kind == "ok" else None

        self.report.equal("an assistant is configured", {}, eventually("handoff-context knows the workspace", configure))

    def context_request(self):
        return {"workspace": self.workspace, "conversation": self.with_mara["id"], "audience": "assistant", "tokenBudget": 1000}

    def hand_over(self):
        report, assistant, ask = self.report, self.assistant, self.context_request()
        report.equal("its configuration is read", {"assistant": assistant}, self.mesh.ask("assistants.read", {"workspace": self.workspace}))
        plugged = {"workspace": self.workspace, "assistant": assistant, "summariser": {"host": "models.example", "model": "small"}}
        found = self.mesh.outcome("assistants.configure", plugged)
        report.equal("no model where the operator configured none", ("refused", "unknownHost"), found)
        unknown = self.mesh.outcome("assistants.configure", {"workspace": "nobody", "assistant": assistant})
        report.equal("but not for nobody", ("fault", "forbidden"), unknown)
        context = self.mesh.ask("handoff.context", ask)
        known = {message["id"] for message in self.messages(self.with_mara, 4)}
        cited = [set(line["cites"]) for line in context["lines"]]
        report.check("every line of a context cites messages that are there", known, cited and all(ids and ids <= known for ids in cited))
        report.equal("a context brings the assistant's configuration", assistant, context.get("assistant"))
        report.check("an assistant sees no address", "a mask", webhooks.ADDRESS not in json.dumps(context["lines"]))
        human = self.mesh.ask("handoff.context", {**ask, "audience": "human"})
        report.check("a person sees it", webhooks.ADDRESS, webhooks.ADDRESS in json.dumps(human["lines"]))
        whole = [assistant["name"], assistant["prompt"], context["participant"].get("name", "")]
        tokens = sum(len(text.encode()) for text in whole) // 4
        small = self.mesh.ask("handoff.context", {**ask, "tokenBudget": tokens + 10})
        report.check("what does not fit is counted", "omitted lines", small["omitted"] > 0 and len(small["lines"]) < len(context["lines"]))
        report.equal(
            "a budget takes the configuration whole or not at all", ("refused", "budgetTooSmall"),
            self.mesh.outcome("handoff.context", {**ask, "tokenBudget": 1}))
        report.equal(
            "no context of a conversation that is none", ("refused", "unknownConversation"),
            self.mesh.outcome("handoff.context", {**ask, "conversation": 2**53}))

    def look_into_quarantine(self):
        entries, after = [], 0
        while page := self.mesh.ask("quarantine.list", {"after": after})["entries"]:
            entries += page
            after = page[-1]["id"]
        reasons = [entry["reason"] for entry in entries]
        self.report.check("what came for nobody's account is in quarantine", "unknownChannel", "unknownChannel" in reasons)
        piece = entries[-1]["id"]
        found = self.mesh.ask("quarantine.read", {"id": piece, "offset": 0})
        sender = self.stranger["entry"][0]["id"]
        self.report.check("a piece is read as it came", sender, sender in found["text"] and "next" not in found)
        found = self.mesh.outcome("quarantine.release", {"id": piece})
        self.report.equal("nobody's account stays nobody's", ("refused", "stillUnfit"), found)
        ask, report = self.mesh.ask, self.report
        account = {"platform": "instagram", "id": sender}
        terms = {"name": "Stranger", "market": "ES", "policyVersion": "2026-01", "agreementVersion": "dpa-4", "onDeletion": "erase"}
        other = ask("workspaces.open", terms, key=f"{self.tag}:open:stranger")["workspace"]
        ask("channels.connect", {**self.connection(account), "workspace": other}, key=f"{self.tag}:connect:stranger")
        found = ask("quarantine.release", {"id": piece})
        report.equal("a piece is taken once its account is connected", 1, found["accepted"])
        report.equal("and is gone", ("refused", "unknownPiece"), self.mesh.outcome("quarantine.release", {"id": piece}))
        report.equal("no notice was told", [], ask("channels.notices", {"workspace": self.workspace, "limit": 100})["notices"])

    def subject(self, alias):
        return {
            "workspace": self.workspace, "aliases": [alias], "accounts": [self.whatsapp], "participants": [], "conversations": [], "contacts": [], "members": []}


def completeness(report, mesh):
    """No method of the catalogue is left without an answer that fits."""
    for method in sorted({method for _, method in mesh.entries}):
        report.check(f"{method} was answered", "one answer that fits its schema", method in mesh.answered)
