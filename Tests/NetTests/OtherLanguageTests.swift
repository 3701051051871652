import Foundation
import Net
import Testing

@Suite struct OtherLanguageTests {
    /// Written from DESIGN §2 alone, with nothing of ours.
    private static let program = #"""
        import base64, hashlib, hmac, json, os, socket, struct, sys
        link = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        link.settimeout(20)
        def read(count):
            data = b""
            while len(data) < count:
                more = link.recv(count - len(data))
                assert more, "closed"
                data += more
            return data
        def receive():
            return json.loads(read(struct.unpack(">I", read(4))[0]))
        def send(value):
            data = json.dumps(value).encode()
            link.sendall(struct.pack(">I", len(data)) + data)
        def text(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        secret = bytes([7]) * 32
        greeting = receive()
        nonce = text(os.urandom(32))
        def proof(side):
            lines = ["mesh/1", greeting["service"], "intake", "k1", greeting["nonce"], nonce, side]
            return text(hmac.new(secret, "\n".join(lines).encode(), hashlib.sha256).digest())
        send({"peer": "intake", "key": "k1", "nonce": nonce, "proof": proof("client")})
        assert receive() == {"proof": proof("server")}
        send({"method": "test.echo", "body": {"text": "caf\u00e9 \U0001F600"}, "timeout": 1000, "id": 5})
        print(json.dumps(receive(), sort_keys=True))
        """#

    @Test func aPythonClientCallsUs() throws {
        let service = try TestService()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", OtherLanguageTests.program, "\(service.listener.port)"]
        let output = Pipe()
        process.standardOutput = output

        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()

        #expect(process.terminationStatus == 0)
        #expect(text == #"{"id": 5, "ok": {"text": "caf\u00e9 \ud83d\ude00"}}"# + "\n")
        service.stop()
    }
}
