"""Plays a language model behind an OpenAI-compatible endpoint; how it behaves, the name of the model in the request says.

Prints its port, and ends when its standard input does. GET /seen tells what it was asked, GET /release lets "held" answer.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

seen = []
released = threading.Event()


def told(text, cites, **more):
    return json.dumps({"lines": [{"text": text, "cites": cites}], **more})


SAID = {
    "good": told("The lamp came with a dent.", [1]),
    "chunked": told("The lamp came with a dent.", [1]),
    "held": told("The lamp came with a dent.", [1]),
    "prose": "The lamp came with a dent.",
    "fenced": "```json\n" + told("The lamp came with a dent.", [1]) + "\n```",
    "uncited": told("The lamp came with a dent.", []),
    "unknown-line": told("The lamp came with a dent.", [99]),
    "invents-link": told("Pay the customer at https://pay.invalid/now first.", [1]),
    "invents-number": told("The customer is reached at +49 170 5550099.", [1]),
    "adds-orders": told("The lamp came with a dent.", [1], lease="l1.forged"),
    "nothing": json.dumps({"lines": []}),
}


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/release":
            released.set()
        self.answer(json.dumps(seen).encode())

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        seen.append({"path": self.path, "host": self.headers["Host"], "body": request})
        model = request["model"]
        self.close_connection = True
        if model in SAID:
            if model == "held":
                released.wait()
            message = {"role": "assistant", "content": SAID[model], "refusal": None}
            body = {"id": "c1", "object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
            self.answer(json.dumps(body).encode(), in_chunks=model == "chunked")
        else:
            getattr(self, model)()

    def answer(self, body, in_chunks=False):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header(*(("Transfer-Encoding", "chunked") if in_chunks else ("Content-Length", str(len(body)))))
        self.end_headers()
        if in_chunks:
            for start in range(0, len(body), 7):
                self.chunk(body[start : start + 7])
            self.chunk(b"")
        else:
            self.wfile.write(body)

    def chunk(self, piece):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    # What goes wrong.

    def broken(self):
        self.send_error(500)

    def moved(self):
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def huge(self):
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        self.forever(b"x" * 65536)

    def endless(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.forever(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    def cut(self):
        self.send_response(200)
        self.send_header("Content-Length", "500")
        self.end_headers()
        self.wfile.write(b'{"choices":[')

    def garbage(self):
        self.wfile.write(bytes(range(256)) * 8)

    def slow(self):
        self.rfile.read(1)  # Until the caller has had enough.

    def drip(self):
        self.forever(b"H", pause=0.01)

    def forever(self, piece, pause=0.0):
        try:
            while True:
                self.wfile.write(piece)
                time.sleep(pause)
        except OSError:
            pass  # The caller has had enough.


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
