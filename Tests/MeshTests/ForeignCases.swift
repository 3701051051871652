import Domain

/// What a member of one shop tries with the ids of another, method by method: in the name of `workspace`, about what is `theirs`.
struct ForeignCase: Sendable {
    /// How it ends for somebody of another workspace.
    let end: String
    /// How it ends for the one whose it is.
    let endForOwner: String
    let body: @Sendable (_ workspace: WorkspaceID, _ theirs: FilledShop) -> String

    init(_ end: String, owner: String = "ok", _ body: @escaping @Sendable (WorkspaceID, FilledShop) -> String) {
        self.end = end
        endForOwner = owner
        self.body = body
    }

    /// One of their conversations.
    private static func place(_ number: Int) -> ForeignCase {
        ForeignCase("unknownConversation") {
            #"{"workspace":"\#($0.rawValue)","conversation":\#($1.conversations[number].rawValue)}"#
        }
    }

    private static let other = "OTHER"

    /// One of their participants, and what else a body says.
    private static func person(_ number: Int, _ rest: String, _ end: String = "unknownParticipant") -> ForeignCase {
        ForeignCase(end) { workspace, theirs in
            let others = rest.replacing(other, with: "\(theirs.participants[1].rawValue)")
            return #"{"workspace":"\#(workspace.rawValue)","participant":\#(theirs.participants[number].rawValue)\#(others)}"#
        }
    }

    /// Every method that a role of a workspace may call. What names nothing but its workspace is asked for all the same: its answer must
    /// be the own one. In an order in which the owner can do all of it.
    static let all: [(method: String, cases: [ForeignCase])] = [
        ("workspaces.read", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)"}"# }]),
        ("workspaces.instruct", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)"}"# }]),
        (
            "workspaces.setBilling",
            [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","billing":{"customerNumber":"K-10042"}}"# }]
        ),
        ("workspaces.readBilling", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)"}"# }]),
        ("members.add", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","role":"agent"}"# }]),
        (
            "members.setRole",
            [
                ForeignCase("unknownMember") {
                    #"{"workspace":"\#($0.rawValue)","member":"\#($1.agent.rawValue)","role":"manager"}"#
                }
            ]
        ),
        ("members.remove", [ForeignCase("unknownMember") { #"{"workspace":"\#($0.rawValue)","member":"\#($1.agent.rawValue)"}"# }]),
        (
            "channels.connect",
            [
                ForeignCase("accountConnected", owner: "accountConnected") { workspace, theirs in
                    #"{"workspace":"\#(workspace.rawValue)","account":{"platform":"whatsapp","id":"\#(theirs.shop.accounts[.whatsapp]?.id ?? "")"},"#
                        + #""attestation":{"member":"m","textVersion":"1","attestedAt":1768471200000,"rights":true,"notices":true,"consents":true}}"#
                }
            ]
        ),
        (
            "channels.setFeatures",
            [
                ForeignCase("unknownChannel") { #"{"workspace":"\#($0.rawValue)","channel":"\#($1.line)","features":["comments"]}"# }
            ]
        ),
        ("channels.list", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)"}"# }]),
        (
            "channels.setCredential",
            [
                ForeignCase("unknownChannel") { workspace, theirs in
                    #"{"workspace":"\#(workspace.rawValue)","channel":"\#(theirs.line)","#
                        + #""credential":{"scheme":"header","name":"D360-Key","secret":"invented-provider-secret"},"keepsFormer":true}"#
                }
            ]
        ),
        (
            "insights.read",
            [ForeignCase("ok") { #"{"workspace":"\#($0.rawValue)","channel":"\#($1.line)","since":0,"until":4000000000000,"offset":0}"# }]
        ),
        (
            "integrations.connect",
            [
                ForeignCase("ok") { workspace, _ in
                    #"{"workspace":"\#(workspace.rawValue)","kind":"crm","name":"CRM","terms":"https://crm.example/terms","#
                        + #""uses":[{"category":"profile","purpose":"provideService"}],"#
                        + #""attestation":{"member":"m","textVersion":"1","attestedAt":1768471200000,"rights":true,"notices":true,"consents":true}}"#
                }
            ]
        ),
        (
            "integrations.list",
            [
                ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)"}"# },
                ForeignCase("ok") { #"{"workspace":"\#($0.rawValue)","after":"\#($1.integration.rawValue)"}"# }
            ]
        ),
        (
            "integrations.disconnect",
            [
                ForeignCase("unknownIntegration") {
                    #"{"workspace":"\#($0.rawValue)","integration":"\#($1.integration.rawValue)"}"#
                }
            ]
        ),
        (
            "channels.notices",
            [
                ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","limit":100}"# },
                ForeignCase("ok") { #"{"workspace":"\#($0.rawValue)","channel":"\#($1.line)","limit":100}"# }
            ]
        ),
        (
            "replies.record",
            [
                ForeignCase("unknownChannel", owner: "notHolder") { workspace, theirs in
                    #"{"workspace":"\#(workspace.rawValue)","channel":"\#(theirs.line)","recipient":\#(theirs.someone),"#
                        + #""author":"assistant","text":"hello","sentAt":1768474800000,"lease":"none"}"#
                }
            ]
        ),
        (
            "consents.record",
            [
                ForeignCase("unknownChannel") { workspace, theirs in
                    #"{"workspace":"\#(workspace.rawValue)","person":{"channel":"\#(theirs.line)","participant":\#(theirs.someone)},"#
                        + #""purpose":"respondToRequest","textVersion":"1","policyVersion":"1","market":"ES","#
                        + #""evidence":{"kind":"message"},"givenAt":1768474800000}"#
                }
            ]
        ),
        (
            "consents.withdraw",
            [
                ForeignCase("unknownConsent") { #"{"workspace":"\#($0.rawValue)","consent":\#($1.consent.rawValue)}"# },
                ForeignCase("unknownConsent") {
                    #"{"workspace":"\#($0.rawValue)","person":{"channel":"\#($1.line)","participant":\#($1.someone)}}"#
                }
            ]
        ),
        (
            "events.summary",
            [
                ForeignCase("ok") { workspace, theirs in
                    let now = theirs.shop.now.rawValue
                    return #"{"workspace":"\#(workspace.rawValue)","from":\#(now - 86_400_000),"to":\#(now)}"#
                }
            ]
        ),
        (
            "conversations.list",
            [
                ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","limit":100}"# },
                ForeignCase("ok") { #"{"workspace":"\#($0.rawValue)","channel":"\#($1.line)","limit":100}"# }
            ]
        ),
        (
            "conversations.read",
            (0..<3).map { number in
                ForeignCase("unknownConversation") {
                    #"{"workspace":"\#($0.rawValue)","conversation":\#($1.conversations[number].rawValue),"limit":200}"#
                }
            }
        ),
        ("participants.read", (0..<3).map { person($0, "") }),
        ("participants.link", [person(0, #","other":OTHER,"evidence":{"kind":"statement","source":"a call"}"#)]),
        ("participants.unlink", [person(0, #","other":OTHER"#, "unknownLink")]),
        ("participants.setFields", [person(0, #","fields":[{"name":"since","number":2026}]"#)]),
        ("participants.restrict", [person(0, #","restricted":false"#)]),
        ("participants.objection", [person(0, #","objects":true,"at":1768474800000"#)]),
        (
            "conversations.update",
            [
                ForeignCase("unknownConversation") {
                    #"{"workspace":"\#($0.rawValue)","conversation":\#($1.conversations[0].rawValue),"closed":false}"#
                }
            ]
        ),
        (
            "conversations.markRead",
            [
                ForeignCase("unknownConversation") {
                    #"{"workspace":"\#($0.rawValue)","conversation":\#($1.conversations[0].rawValue),"until":1}"#
                }
            ]
        ),
        (
            "conversations.search",
            [
                ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","query":"hello","limit":50}"# },
                ForeignCase("ok") { #"{"workspace":"\#($0.rawValue)","query":"hello","channel":"\#($1.line)","limit":50}"# }
            ]
        ),
        (
            "assistants.configure",
            [
                ForeignCase("ok") { workspace, theirs in
                    let prompt = workspace == theirs.workspace ? theirs.prompt : "Be kind."
                    return #"{"workspace":"\#(workspace.rawValue)","assistant":{"name":"Lumi","prompt":"\#(prompt)"}}"#
                }
            ]
        ),
        ("assistants.read", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)"}"# }]),
        (
            "handoff.context",
            (0..<3).map { number in
                ForeignCase("unknownConversation") {
                    #"{"workspace":"\#($0.rawValue)","conversation":\#($1.conversations[number].rawValue),"audience":"human","tokenBudget":9000}"#
                }
            }
        ),
        (
            "handoff.request",
            (0..<2).map { number in
                ForeignCase("unknownConversation") {
                    #"{"workspace":"\#($0.rawValue)","conversation":\#($1.conversations[number].rawValue),"reason":"other","priority":"low"}"#
                }
            }
        ),
        ("handoff.queue", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","limit":200}"# }]),
        ("handoff.accept", (0..<2).map { ForeignCase.place($0) }),
        ("handoff.release", [ForeignCase.place(0)]),
        ("handoff.resolve", [ForeignCase.place(1)]),
        (
            "rules.set",
            [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","rules":{"keywords":[],"comments":[]}}"# }]
        ),
        ("rules.read", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)"}"# }]),
        (
            "deletions.read", [ForeignCase("unknownDeletion") { #"{"workspace":"\#($0.rawValue)","deletion":\#($1.deletion.rawValue)}"# }]
        ),
        (
            "deletions.list",
            [
                ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","limit":200}"# },
                ForeignCase("ok") { #"{"workspace":"\#($0.rawValue)","limit":200,"before":\#($1.deletion.rawValue + 1)}"# }
            ]
        ),
        (
            "deletions.approve",
            [
                ForeignCase("unknownDeletion") {
                    #"{"workspace":"\#($0.rawValue)","deletion":\#($1.deletion.rawValue),"immediately":false}"#
                }
            ]
        ),
        (
            "deletions.cancel",
            [ForeignCase("unknownDeletion") { #"{"workspace":"\#($0.rawValue)","deletion":\#($1.deletion.rawValue)}"# }]
        ),
        (
            // It is cancelled by then.
            "deletions.refuse",
            [
                ForeignCase("unknownDeletion", owner: "notAwaited") {
                    #"{"workspace":"\#($0.rawValue)","deletion":\#($1.deletion.rawValue),"ground":"excessive","contact":"nobody"}"#
                }
            ]
        ),
        (
            "disclosures.list",
            [
                ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","limit":200}"# },
                ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","limit":200,"before":1000000}"# }
            ]
        ),
        ("subprocessors.list", [ForeignCase("ok") { _, _ in "{}" }]),
        (
            "retention.set",
            [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","rule":"messengerData","days":3650}"# }]
        ),
        ("retention.read", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","limit":50}"# }]),
        ("retention.run", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)","isDryRun":true}"# }]),
        (
            // Asked for in the wrong workspace, it finds nobody there and nobody here.
            "deletions.request",
            [
                ForeignCase("ok") { workspace, theirs in
                    #"{"workspace":"\#(workspace.rawValue)","subject":\#(theirs.someone),"source":"customer","immediately":true}"#
                }
            ]
        ),
        ("channels.disconnect", [ForeignCase("unknownChannel") { #"{"workspace":"\#($0.rawValue)","channel":"\#($1.line)"}"# }]),
        // Last of all.
        ("workspaces.terminate", [ForeignCase("ok") { workspace, _ in #"{"workspace":"\#(workspace.rawValue)"}"# }])
    ]
}

extension FilledShop {
    /// Its WhatsApp channel.
    fileprivate var line: String { shop.channels[.whatsapp]?.rawValue ?? "" }
    /// Somebody who writes there, as JSON.
    fileprivate var someone: String { #"{"platform":"whatsapp","kind":"phone","value":"\#(people[1].alias.value)"}"# }
}
