import Domain
import IntakeContracts
import Wire

/// Requests about channels: who connects, changes and ends one.
extension Intake {
    func registerChannels() {
        process.router.on(ConnectChannel.self, connectChannel)
        process.router.on(SetChannelFeatures.self, setFeatures)
        process.router.on(SetChannelCredential.self, setCredential)
        process.router.on(ListChannels.self, listChannels)
        process.router.on(DisconnectChannel.self, disconnectChannel)
        process.router.on(DeauthorizeConnection.self, deauthorize)
    }

    private func connectChannel(_ request: ConnectChannel, _ reply: Reply<ConnectChannel>) {
        guard request.attestation.isComplete else { return reply.refuse(.attestationIncomplete, Attestation.rule) }
        guard !request.account.id.isEmpty else { return reply.fault(.malformed, "account: expected an id") }
        let (store, directory, now) = (store, directory, process.system.clock.now)
        let id = ChannelID(rawValue: newID("ch_"))
        let credential = request.credential.flatMap { ChannelCredential($0, of: id, digests.keys) }
        guard request.credential == nil || credential != nil else { return reply.fault(.malformed, ChannelCredential.expected) }
        let keyed = keyed(request)
        writeFact("connect channel", reply) { connection in
            try store.connect(request, keyed, as: id, credential, now: now, connection)
        } then: { channel in
            // A repeat of an earlier request says nothing about how its channel stands now.
            if channel == id {
                directory.add(
                    Channel(
                        id: id, workspace: request.workspace, account: request.account, business: request.business,
                        credentials: credential.map { [$0] } ?? []))
            }
            reply.ok(ConnectChannel.Response(channel: channel, thirdPartyTerms: request.account.platform.terms))
        }
    }

    private func setFeatures(_ request: SetChannelFeatures, _ reply: Reply<SetChannelFeatures>) {
        let (store, directory, now) = (store, directory, process.system.clock.now)
        writeFact("set features", reply) { connection in
            try store.setFeatures(request, now: now, connection)
        } then: { channel in
            directory.add(channel)
            reply.ok(Empty())
        }
    }

    private func setCredential(_ request: SetChannelCredential, _ reply: Reply<SetChannelCredential>) {
        guard let credential = ChannelCredential(request.credential, of: request.channel, digests.keys) else {
            return reply.fault(.malformed, ChannelCredential.expected)
        }
        write("set credential", reply) { [store] connection in
            try store.setCredential(credential, request, connection)
        } then: { [directory] channel in
            directory.add(channel)
            reply.ok(SetChannelCredential.Response(live: Int64(channel.credentials.count)))
        }
    }

    private func listChannels(_ request: ListChannels, _ reply: Reply<ListChannels>) {
        read("channels", reply) { ListChannels.Response(channels: try store.listedChannels(request, $0)) }
    }

    // MARK: Ended

    private func disconnectChannel(_ request: DisconnectChannel, _ reply: Reply<DisconnectChannel>) {
        let (store, now) = (store, process.system.clock.now)
        writeFact("disconnect channel", reply, mayUseReserve: true) { connection in
            try store.disconnect(request, now: now, connection)
        } then: { [self] channel, endedAt in
            ended([channel])
            reply.ok(DisconnectChannel.Response(endedAt: endedAt))
        }
    }

    private func deauthorize(_ request: DeauthorizeConnection, _ reply: Reply<DeauthorizeConnection>) {
        let (store, now) = (store, process.system.clock.now)
        writeFact("deauthorize", reply, mayUseReserve: true) { connection in
            try store.deauthorize(request, now: now, connection)
        } then: { [self] outcome in
            ended(outcome.ended)
            reply.ok(DeauthorizeConnection.Response(known: outcome.known, ended: Int64(outcome.ended.count)))
        }
    }

    /// Memory follows the file at once: the next delivery finds no live channel.
    private func ended(_ channels: [Channel]) {
        for channel in channels {
            directory.add(channel)
            process.log.event("channelEnded", ("channel", .tag(channel.id.rawValue)))
        }
    }
}
