"""A tiny real server for the tests of deployments; how it behaves is set by its environment."""

import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DATA = Path(os.environ.get("TINY_DATA", "."))
READY = threading.Event()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/ready":
            self.answer(200 if READY.is_set() else 503, {"ready": READY.is_set()})
        elif self.path == "/environment":
            self.answer(200, dict(os.environ))
        else:
            notes = DATA / "notes.txt"
            self.answer(200, {"notes": notes.read_text() if notes.exists() else "", "pid": os.getpid()})

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with (DATA / "notes.txt").open("ab") as notes:
            notes.write(text)
        print(f"noted {text.decode()}", flush=True)
        self.answer(201, {"noted": True})

    def answer(self, status: int, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    if "TINY_FAIL" in os.environ:
        for line in range(40):
            print(f"line {line}")
        sys.exit(f"cannot start: TINY_FAIL={os.environ['TINY_FAIL']}")
    if "TINY_CHILD" in os.environ:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        (DATA / "child.pid").write_text(str(child.pid))
    if "TINY_DEAF" in os.environ:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server = ThreadingHTTPServer((os.environ.get("TINY_HOST", "127.0.0.1"), int(sys.argv[1])), Handler)
    print(f"listening on {sys.argv[1]}", flush=True)
    if "TINY_NEVER_READY" not in os.environ:
        threading.Timer(0.05, READY.set).start()
    server.serve_forever()


main()
