"""Sentences about scenarios that show nothing: a feature, a system that answers it, and what its run comes to."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch

from behave import given, then, when
from hamcrest import assert_that, contains_string, equal_to, has_item
from rich.console import Console

from support.acceptance import results
from support.base import systems
from support.base.settings import ROOT, Settings
from support.run.accept import Order, accept
from support.run.conclude import Strictness

FEATURE = "features/caio/tried.feature"
LINT = "import sys, pathlib; from support import lint; print(*lint.check(pathlib.Path(sys.argv[1])), sep='\\n')"


def _each_once(report: Path) -> Counter[str]:
    """What a report shows that was not made: each result once."""
    return Counter(result.key for result in results.read(report.parents[1] / "allure-results"))


class Target(ThreadingHTTPServer):
    """A system with CAIO's health check and an empty registry; ``components`` is what it reports on."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.components = {"store": {"status": "healthy"}}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Target

    def do_GET(self) -> None:
        health = {"status": "healthy", "components": self.server.components}
        body = {"items": [], "next": None} if "/services" in self.path else health
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing on the console."""


class Trial:
    """A checkout with one feature, run against the target."""

    def __init__(self, folder: Path, target: Target, feature: str) -> None:
        self.folder, self.target, self.status = folder, target, -1
        for name in ("steps", "environment.py", "behave.ini"):
            (folder / name).symlink_to(ROOT / name)
        (folder / FEATURE).parent.mkdir(parents=True)
        (folder / FEATURE).write_text(feature, encoding="utf-8")
        shutil.copy(ROOT / "features/caio/criteria.yaml", (folder / FEATURE).parent)

    @property
    def reports(self) -> Path:
        return self.folder / "reports" / "caio"

    def by_behave(self) -> None:
        """Run behave as a user does."""
        options = ["-D", f"url={self.target.url}", "-D", f"reports={self.reports.parent}"]
        command = [sys.executable, "-m", "behave", FEATURE, *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        self.status, self.said = done.returncode, done.stdout + done.stderr

    def by_accept(self) -> None:
        """Have it accepted; the Allure report, which has tests of its own, is left out."""
        settings = Settings(reports=self.reports.parent, url=self.target.url, deployment="remote")
        order = Order(systems.find("caio"), settings, ("http",), 1, (), (), Strictness(), root=self.folder)
        said = io.StringIO()
        with (
            contextlib.chdir(self.folder),
            patch("support.evidence.report.generate", lambda results, output, *_: output / "index.html"),
            patch("support.evidence.report.report_links", lambda report: {}),
            patch("support.evidence.report.shown", _each_once),
        ):
            self.status = accept(order, Console(file=said, width=200))
        self.said = said.getvalue()

    @cached_property
    def findings(self) -> list[str]:
        """What lint finds in it; in a process of its own, as this one has steps of its own in behave's registry."""
        command = [sys.executable, "-c", LINT, str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
        return done.stdout.splitlines()

    def result(self, name: str) -> dict[str, Any]:
        """The one result of that name."""
        every = [json.loads(path.read_text()) for path in (self.reports / "allure-results").glob("*-result.json")]
        (found,) = [each for each in every if each["name"] == name]
        return dict(found)


@given("a feature of CAIO")
def a_feature(context: Any) -> None:
    target = Target()
    threading.Thread(target=target.serve_forever, daemon=True).start()
    context.add_cleanup(target.server_close)
    context.add_cleanup(target.shutdown)
    scratch = tempfile.TemporaryDirectory(dir=context.home)
    context.add_cleanup(scratch.cleanup)
    context.trial = Trial(Path(scratch.name), target, context.text)


@given("the health of CAIO reports on no component")
def no_component(context: Any) -> None:
    context.trial.target.components = {}


@when("it is run by behave")
def run_by_behave(context: Any) -> None:
    context.trial.by_behave()


@when("it is run by signoff accept")
def run_by_accept(context: Any) -> None:
    context.trial.by_accept()


@then('"{name}" is broken: "{why}"')
def is_broken(context: Any, name: str, why: str) -> None:
    result = context.trial.result(name)
    assert_that(result["status"], equal_to("broken"), str(result.get("statusDetails")))
    assert_that(result["statusDetails"]["message"], contains_string(why))


@then('"{name}" is met')
def is_met(context: Any, name: str) -> None:
    result = context.trial.result(name)
    assert_that(result["status"], equal_to("passed"), str(result.get("statusDetails")))


@then("the run has failed, and nothing is accepted")
def has_failed(context: Any) -> None:
    assert_that(context.trial.status, equal_to(1), context.trial.said)
    page = context.trial.reports / "acceptance.json"
    decisions = [json.loads(page.read_text())["decision"]] if page.exists() else []
    assert_that([each for each in decisions if each != "undecided"], equal_to([]), context.trial.said)


@then("the run has not failed")
def has_not_failed(context: Any) -> None:
    assert_that(context.trial.status, equal_to(0), context.trial.said)


@then('lint names line {line:d}: "{why}"')
def lint_names(context: Any, line: int, why: str) -> None:
    found = context.trial.findings
    told = [each for each in found if each.startswith(f"{FEATURE}:{line}: ")]
    assert_that(told, has_item(contains_string(why)), f"findings: {found}")
