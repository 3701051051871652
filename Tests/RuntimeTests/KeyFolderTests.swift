import Foundation
import Policy
import TestKit
import Testing
import Wire

@testable import Runtime

@Suite struct KeyFolderTests {
    private let folder: TemporaryFolder
    private let data: String
    private let keys: KeyFolder

    init() throws {
        folder = try TemporaryFolder()
        data = folder.path + "/data"
        keys = KeyFolder(dataFolder: data)
    }

    @Test func allKeysOfTheMeshAreMadeForTheirOwnerOnly() throws {
        let made = try KeyFolder.createMissing(dataFolder: data)

        // 14 links, the pepper, the token and the lease key, 4 receipt keys, the inbox and the lookup key, 3 app secrets, the verify token.
        #expect(made.count == 27)
        #expect(Set(made).count == made.count)
        #expect(try folder.mode("data") == 0o700 && folder.mode("data/keys") == 0o700)
        for name in made { #expect(try folder.mode("data/keys/\(name)") == 0o600) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: keys.path).sorted() == made.sorted())
        let secrets = try made.map { try keys.secret(named: $0) }
        #expect(Set(secrets).count == secrets.count)
        #expect(try keys.secret(named: "operator--intake.k1.key").count == 32)
        #expect(try String(decoding: keys.secret(named: KeyName.metaAppSecret), as: UTF8.self).wholeMatch(of: /[0-9a-f]{32}/) != nil)
    }

    @Test func makingThemAgainChangesNothing() throws {
        let made = try KeyFolder.createMissing(dataFolder: data)
        let before = try made.map { try keys.secret(named: $0) }

        #expect(try KeyFolder.createMissing(dataFolder: data) == [])
        #expect(try made.map { try keys.secret(named: $0) } == before)
    }

    @Test func onlyWhatIsMissingIsMade() throws {
        try KeyFolder.createMissing(dataFolder: data)
        try FileManager.default.removeItem(atPath: "\(keys.path)/\(KeyName.inboxKey)")
        // As after a rotation: the second key lives, the first is gone for good.
        try FileManager.default.moveItem(atPath: "\(keys.path)/operator--intake.k1.key", toPath: "\(keys.path)/operator--intake.k2.key")
        try FileManager.default.moveItem(atPath: "\(keys.path)/tombstone.1.pepper", toPath: "\(keys.path)/tombstone.2.pepper")

        #expect(try KeyFolder.createMissing(dataFolder: data) == [KeyName.inboxKey])
        #expect(try keys.callingKeys(of: .operator).newest("intake")?.key == "k2")
        #expect(try Array(keys.peppers().keys) == [2])
    }

    @Test func bothSidesOfALinkLoadTheSameSecret() throws {
        try KeyFolder.createMissing(dataFolder: data)

        let calling = try #require(try keys.callingKeys(of: .handoffContext).newest("deletion-coordinator"))
        // Served keys are by peer, called ones by service; both hold the same bytes.
        let serving = try #require(try keys.servingKeys(of: .deletionCoordinator).newest("handoff-context"))
        #expect(calling.key == "k1" && calling.secret == serving.secret)
        // Whom the design lets nobody call, nobody has a key for.
        #expect(try keys.callingKeys(of: .conversationStore).newest("handoff-context") == nil)
        #expect(try keys.servingKeys(of: .handoffContext).newest("intake") == nil)
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o666]) func aKeyThatOthersCanReachIsRefused(mode: Int) throws {
        try KeyFolder.createMissing(dataFolder: data)
        let path = "\(keys.path)/intake--conversation-store.k1.key"
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)

        let problem = #expect(throws: KeyProblem.self) { _ = try keys.servingKeys(of: .conversationStore) }
        #expect(problem?.description.contains("chmod 600 '\(path)'") == true)
        // The control: the same key for its owner only is loaded.
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(try keys.servingKeys(of: .conversationStore).newest("intake") != nil)
    }

    @Test(arguments: ["", "short", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"])
    func aBrokenKeyIsRefusedWithoutShowingIt(text: String) throws {
        try KeyFolder.createMissing(dataFolder: data)
        let path = "\(keys.path)/\(KeyName.inboxKey)"
        try text.write(toFile: path, atomically: false, encoding: .utf8)

        let problem = #expect(throws: KeyProblem.self) { _ = try keys.secret(named: KeyName.inboxKey) }
        #expect(problem?.description.hasPrefix("\(path) must hold 32 bytes") == true)
        #expect(text.isEmpty || problem?.description.contains(text) == false)
    }

    private func put(_ text: String, _ name: String) throws {
        #expect(try AtomicFile.create("\(keys.path)/\(name)", with: Array(text.utf8), mode: 0o600))
    }

    @Test func allLiveSecretsOfAnAppAreGivenAndNoOthers() throws {
        try KeyFolder.createMissing(dataFolder: data)
        let first = try keys.secret(named: KeyName.metaAppSecret)
        #expect(try keys.secrets(of: KeyName.metaApp) == [first])

        for (name, text) in [
            ("meta.app.2.secret", "new"), ("meta.app..secret", "a"), ("meta.app.3.secret.old", "b"), ("meta.apple.secret", "c")
        ] {
            try put(text, name)
        }
        #expect(try Set(keys.secrets(of: KeyName.metaApp)) == [first, Array("new".utf8)])
        #expect(try keys.secrets(of: KeyName.whatsappApp).count == 1)

        // The end of a rotation: the first is gone, and no start makes it again.
        try FileManager.default.removeItem(atPath: "\(keys.path)/\(KeyName.metaAppSecret)")
        #expect(try KeyFolder.createMissing(dataFolder: data) == [])
        #expect(try keys.secrets(of: KeyName.metaApp) == [Array("new".utf8)])
        try FileManager.default.removeItem(atPath: "\(keys.path)/meta.app.2.secret")
        #expect(throws: KeyProblem.self) { _ = try keys.secrets(of: KeyName.metaApp) }
        #expect(try KeyFolder.createMissing(dataFolder: data) == [KeyName.metaAppSecret])
    }

    @Test func moreLiveSecretsThanARotationNeedsAreRefused() throws {
        try KeyFolder.createMissing(dataFolder: data)
        for number in 2...KeyFolder.appSecretCountMax { try put("secret \(number)", "meta.app.\(number).secret") }
        #expect(try keys.secrets(of: KeyName.metaApp).count == KeyFolder.appSecretCountMax)

        try put("one more", "meta.app.10.secret")
        let problem = #expect(throws: KeyProblem.self) { _ = try keys.secrets(of: KeyName.metaApp) }
        #expect(problem?.description.contains("more than 9 secrets of meta.app") == true)
    }

    @Test func aNewlineAtTheEndIsLetPass() throws {
        try KeyFolder.createMissing(dataFolder: data)
        try "hello-token\n".write(toFile: "\(keys.path)/\(KeyName.webhookVerifyToken)", atomically: false, encoding: .utf8)

        #expect(try keys.secret(named: KeyName.webhookVerifyToken) == Array("hello-token".utf8))
    }

    @Test func aMisnamedLinkIsRefusedAndAMissingFolderSaysWhatToDo() throws {
        let missing = #expect(throws: KeyProblem.self) { _ = try keys.callingKeys(of: .intake) }
        #expect(missing?.description.contains("MESH_DATA") == true)

        try KeyFolder.createMissing(dataFolder: data)
        #expect(FileManager.default.createFile(atPath: "\(keys.path)/Intake--conversation-store.k1.key", contents: nil))
        #expect(throws: KeyProblem.self) { _ = try keys.callingKeys(of: .intake) }
    }
}
