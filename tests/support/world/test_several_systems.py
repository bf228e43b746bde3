"""Runs over a checkout with several systems: none stands in the way of another."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

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


@pytest.fixture
def several(tmp_path: Path) -> Several:
    return Several(tmp_path)


def test_a_scenario_that_names_another_system_is_broken(several: Several) -> None:
    several.change("features/east/up.feature", "Given EAST", "Given WEST")
    done = several.run("behave", "features/east")
    assert done.returncode == 1
    result = several.results()["EAST is up"]
    assert result["status"] == "broken"
    why = 'line 5: "WEST is running" names WEST, but its feature is about EAST'
    assert why in result["statusDetails"]["message"]


def test_a_scenario_of_its_own_system_is_met(several: Several) -> None:
    several.run("behave", "features/east")
    assert several.results()["EAST is up"]["status"] == "passed"


def test_a_definition_that_cannot_be_read_stops_no_other_system(several: Several) -> None:
    several.change("systems/west/system.yaml", "says: WEST", "sayss: WEST")
    done = several.run("behave", "features/east")
    assert several.results()["EAST is up"]["status"] == "passed", done.stdout + done.stderr
    assert done.returncode == 0
    assert "Note: systems/west/system.yaml cannot be read, which stops no run of another system: " in done.stdout
    assert "systems/west/system.yaml:3: sayss: unknown field" in done.stdout
    refused = several.run("behave", "features/west")
    assert refused.returncode == 2
    assert "systems/west/system.yaml:3: sayss: unknown field" in refused.stderr


@pytest.mark.parametrize(
    "fault", ["import nowhere_to_be_found", "@given('a {thing}')\ndef a(context, thing):\n    'A.'"]
)
def test_sentences_of_one_system_stop_no_other(several: Several, fault: str) -> None:
    source = f"from behave import given\n@given('a {{first}}')\ndef first(context, first):\n    'One.'\n{fault}\n"
    several.write("steps/west_faulty.py", source)
    assert several.run("behave", "features/east").returncode == 0
    assert several.results()["EAST is up"]["status"] == "passed"
    assert several.run("behave", "features/west").returncode == 1


def test_the_address_of_one_system_is_not_that_of_another(several: Several) -> None:
    nowhere = "east.url=http://127.0.0.1:9"
    done = several.run("behave", "features/west", "-D", nowhere)
    assert several.results()["WEST is up"]["status"] == "passed", done.stdout + done.stderr
    refused = several.run("behave", "features/east", "-D", nowhere)
    assert refused.returncode == 2
    assert "EAST" in refused.stderr
    assert "127.0.0.1:9" in refused.stderr


def test_an_interface_that_a_system_does_not_offer_is_told_in_one_sentence(several: Several) -> None:
    python = "east.interface=python"
    assert several.run("behave", "features/west", "-D", python).returncode == 0
    told = "EAST cannot be reached over 'python' as deployment 'process'; it offers: http"
    for command in (("behave", "features/east"), ("support", "accept", "--system", "east")):
        refused = several.run(*command, "-D", python)
        assert refused.returncode == 2
        assert told in refused.stderr
        assert "Traceback" not in refused.stderr


def test_features_of_several_systems_are_refused_and_leave_the_last_run_as_it_was(several: Several) -> None:
    several.run("behave", "features/east")
    before = (several.reports / "run.json").read_bytes()
    refused = several.run("behave", "features/")
    assert refused.returncode == 2
    assert "one run judges one system" in refused.stderr
    assert "features/east and features/west: run each by itself" in refused.stderr
    assert (several.reports / "run.json").read_bytes() == before
    assert several.results()["EAST is up"]["status"] == "passed"
