"""A checkout of the suite with two systems, and a project of the same two without the suite in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

SUITE = Path(__file__).resolve().parents[3]
DEFINITION = """
    name: {name}
    says: {says}
    title: {says}
    version: 1.0.0
    interfaces: [http]
    deployments: {{process: {{command: ["{{python}}", "{{here}}/serve.py", "{{port}}"]}}}}
    endpoints: {{health: /health, live: /health, ready: /health}}
    """
SERVER = """
    import http.server, sys

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = b'{"status": "healthy"}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
    """
CRITERIA = """
    system: {name}
    title: {says}
    criteria:
      - {{id: {says}-UP-01, area: health, statement: It is up.}}
    """
FEATURE = """
    @{says}-UP-01
    Feature: Up
      Example: {says} is up
        Given {says} is running
        When the health of {says} is asked for
        Then {says} is healthy
    """
EAST, WEST = {"name": "east", "says": "EAST"}, {"name": "west", "says": "WEST"}


class Several:
    """A checkout of the suite whose systems are EAST and WEST, each a server that says it is healthy."""

    def __init__(self, root: Path) -> None:
        self.root, self.reports = root, root / "reports"
        for name in ("support", "steps"):
            shutil.copytree(SUITE / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("environment.py", "behave.ini"):
            shutil.copy(SUITE / name, root)
        for of_another in root.glob("steps/caio_*.py"):
            of_another.unlink()
        for about in (EAST, WEST):
            name = about["name"]
            self.write(f"systems/{name}/system.yaml", DEFINITION.format(**about))
            self.write(f"systems/{name}/serve.py", SERVER)
            self.write(f"features/{name}/criteria.yaml", CRITERIA.format(**about))
            self.write(f"features/{name}/up.feature", FEATURE.format(**about))

    def with_generator(self) -> None:
        """Have the report generator of the suite."""
        (self.root / "node_modules").symlink_to(SUITE / "node_modules")
        for name in ("package.json", "allurerc.mjs"):
            shutil.copy(SUITE / name, self.root)

    def write(self, name: str, content: str) -> None:
        """Write a whole file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(content), encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file, which has it."""
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        (self.root / name).write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run ``behave …`` or ``support …`` (which is `signoff`) to its end."""
        environment = {**os.environ, "PYTHONPATH": str(self.root)}
        whole = [sys.executable, "-m", *command]
        return subprocess.run(whole, cwd=self.root, env=environment, capture_output=True, text=True, check=False)

    def results(self) -> dict[str, dict[str, Any]]:
        """Each result that was recorded, by its scenario's name."""
        found = (json.loads(path.read_bytes()) for path in self.reports.rglob("*-result.json"))
        return {result["name"]: result for result in found}
