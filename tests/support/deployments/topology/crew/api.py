"""The API: POST /jobs puts a job into the queue, GET /jobs tells which are done; api.py PORT CONFIG."""

import json
import os
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import redis

CONFIG = json.loads(Path(sys.argv[2]).read_text())


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/ready":
            self.answer(200, {"status": "healthy"})
            return
        with psycopg.connect(CONFIG["ledger"]) as ledger:
            done = ledger.execute("SELECT job, worker FROM done ORDER BY job").fetchall()
        self.answer(200, dict(done))

    def do_POST(self) -> None:
        job = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            with redis.Redis.from_url(CONFIG["queue"], socket_timeout=5) as queue:
                queue.rpush("jobs", job)
        except redis.RedisError as error:
            print(f"the queue refused {job}: {error}", flush=True)
            self.answer(503, {"refused": job})
            return
        print(f"queued {job}", flush=True)
        self.answer(202, {"queued": job})

    def answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


with psycopg.connect(CONFIG["ledger"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS done (job text PRIMARY KEY, worker text)")
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
if "TLS" in os.environ:
    certificate, key, clients = os.environ["TLS"].split(":")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients)
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
