"""A stub of an OpenAI-compatible server for reproductions: ``python3 stub.py PORT [FAULT]``; standard library alone.

It prints the headers and the body of each request. FAULT is one of: html (a web page under 200), error200 (an error
under 200), 400, 500, 503, key (401 that repeats the caller's key), hour (429 and Retry-After: 3600), once (503 for the
first request), hang (no answer), cut (a stream that breaks off before its first event), third (one that ends after its
third event without [DONE]), silent (one that says nothing after its third event).
"""

import itertools
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, FAULT = int(sys.argv[1]), (sys.argv[2:] or [""])[0]
ERRORS = {"400": 400, "500": 500, "503": 503, "key": 401, "hour": 429}
numbers = itertools.count(1)


class Stub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "stub"} for name in ("m", "n")]
        about = {"model_path": "m", "tokenizer_path": "m", "is_generation": True, "served_model_name": "m"}
        self.answer(200, {"object": "list", "data": listed} if self.path.endswith("/models") else about)

    def do_POST(self) -> None:
        number = next(numbers)
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        print(f"{PORT} {self.path} {dict(self.headers)} {json.dumps(body)}", flush=True)  # noqa: T201
        if FAULT == "hang":
            time.sleep(3600)
        if FAULT in ERRORS or (FAULT == "once" and number == 1):
            key = f" {self.headers.get('Authorization', '')}" if FAULT == "key" else ""
            headers = {"Retry-After": "3600"} if FAULT == "hour" else {}
            error = {"message": f"no.{key}", "type": "server_error", "param": None, "code": "stub"}
            self.answer(ERRORS.get(FAULT, 503), {"error": error}, headers)
        elif FAULT == "html":
            self.answer(200, "<!doctype html><html><body>maintenance</body></html>")
        elif FAULT == "error200":
            self.answer(200, {"error": {"message": "overloaded", "type": "server_error", "code": "stub"}})
        elif body.get("stream"):
            self.stream(body)
        elif self.path.endswith("/embeddings"):
            vectors = [{"object": "embedding", "index": i, "embedding": [i]} for i, _ in enumerate(body["input"])]
            self.answer(200, {"object": "list", "data": vectors, "model": body["model"], "usage": {}})
        else:
            said = {"role": "assistant", "content": f"from {PORT}"}
            choice = {"index": 0, "message": said, "finish_reason": "stop"}
            usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
            whole = {"id": "x", "object": "chat.completion", "created": 1, "model": body.get("model")}
            self.answer(200, {**whole, "choices": [choice], "usage": usage})

    def answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def stream(self, body: dict[str, object]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for number in range(6):
            if (FAULT == "cut" and number == 0) or (FAULT == "third" and number == 3):
                return
            if FAULT == "silent" and number == 3:
                time.sleep(3600)
            delta = {"index": 0, "delta": {"content": f"t{number} "}, "finish_reason": None if number < 5 else "stop"}
            event = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": body.get("model")}
            self.wfile.write(f"data: {json.dumps({**event, 'choices': [delta]})}\n\n".encode())
            self.wfile.flush()
            time.sleep(0.05)
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: object) -> None:
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Stub).serve_forever()
