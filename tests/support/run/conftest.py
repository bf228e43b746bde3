"""A small checkout with a system, criteria, features and steps of its own, on which runs are tried."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from rich.console import Console

from support.acceptance import results
from support.base import systems
from support.base.settings import Settings, Timeouts
from support.run.accept import Order
from support.run.conclude import Strictness

SUITE = Path(__file__).resolve().parents[3]
"""The checkout that is tested."""

FILES = {
    "behave.ini": """
        [behave]
        runner = support.run.behave_runner:SuiteRunner
        default_format = progress3
        format = allure
        outfiles = reports/allure-results

        [behave.formatters]
        allure = support.evidence.allure_formatter:AllureFormatter
        """,
    "systems/tiny/system.yaml": """
        name: tiny
        says: Tiny
        title: Tiny, a system for tests
        version: 1.0.0
        interfaces: [http, python]
        deployments:
          process: {command: ["{python}", "-c", "pass"]}
          python: {command: ["{python}", "-c", "pass"]}
        endpoints: {health: /health}
        """,
    "features/tiny/criteria.yaml": """
        system: tiny
        title: Tiny
        criteria:
          - {id: TINY-SUM-01, area: sums, statement: It adds.}
          - {id: TINY-SUM-02, area: sums, statement: It subtracts., planned: true}
        """,
    "features/tiny/sums.feature": """
        Feature: Sums
          @TINY-SUM-01
          Rule: It adds
            Example: Small
              Given Tiny is running
              Then 1 and 1 make 2
            Example: Large
              Given Tiny is running
              Then 10 and 10 make 20
            @needs.http
            Example: Over HTTP only
              Given Tiny is running
              Then 2 and 2 make 4
        """,
    "steps/sums.py": """
        import os, pathlib, time
        from behave import given, then
        @given("Tiny is running")
        def running(context):
            "It is up."
        @given("the process dies")
        def dies(context):
            "The worst."
            os.write(2, b"last words")
            os.kill(os.getpid(), 9)
        @given("it takes {seconds:d} seconds")
        def takes(context, seconds):
            "It is slow."
            pathlib.Path("started").touch()
            context.add_cleanup(lambda: pathlib.Path("cleaned-up").touch())
            time.sleep(seconds)
        @then("{a:d} and {b:d} make {c:d}")
        def make(context, a, b, c):
            "The sum is right."
            assert a + b == c, f"expected {c}, saw {a + b}"
        """,
}


class Checkout:
    """A small checkout; ``order`` says what to run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, content in FILES.items():
            self.write(name, content)

    def write(self, name: str, content: str) -> Path:
        """Write one file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(content), encoding="utf-8")
        return path

    def feature(self, *lines: str) -> None:
        """Replace the feature by one scenario of criterion TINY-SUM-01."""
        steps = "\n".join(f"    {line}" for line in lines)
        self.write("features/tiny/sums.feature", f"@TINY-SUM-01\nFeature: Sums\n  Example: One\n{steps}\n")

    @property
    def reports(self) -> Path:
        """Where runs of its system write."""
        return self.root / "reports" / "tiny"

    def order(
        self,
        *,
        tags: tuple[str, ...] = (),
        paths: tuple[str, ...] = (),
        interfaces: tuple[str, ...] = ("http",),
        strictness: Strictness | None = None,
        jobs: int = 2,
    ) -> Order:
        """An order to accept the tiny system."""
        settings = Settings.model_validate({"reports": self.reports.parent, "timeouts": Timeouts.model_validate({})})
        return Order(
            system=systems.load(self.root / "systems/tiny/system.yaml"),
            settings=settings,
            interfaces=interfaces,
            jobs=jobs,
            tags=tags,
            paths=paths,
            strictness=strictness or Strictness(),
            root=self.root,
        )


def listed(report: Path) -> Counter[str]:
    """What a report shows that was not made: each result once."""
    return Counter(result.key for result in results.read(report.parents[1] / "allure-results"))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A small checkout to work in."""
    made = Checkout(tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def console() -> tuple[Console, Callable[[], str]]:
    """A console that is no terminal, and what was said on it."""
    said = io.StringIO()
    return Console(file=said, width=200), said.getvalue


class Whole(Checkout):
    """A checkout with the suite itself in it, in which `behave` and `signoff` are run as a user runs them."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        shutil.copytree(SUITE / "support", root / "support")
        for name in ("behave.ini", "environment.py"):
            shutil.copy2(SUITE / name, root / name)
        self.home = root / "home"
        self.home.mkdir()

    def environment(self, **changed: str) -> dict[str, str]:
        """The environment of a user whose home folder is ``home``."""
        return {**os.environ, "PYTHONPATH": str(self.root), "HOME": str(self.home), **changed}

    def run(self, *command: str, **changed: str) -> subprocess.CompletedProcess[bytes]:
        """Run ``behave …`` or ``support …`` (which is `signoff`) to its end."""
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.root,
            env=self.environment(**changed),
            capture_output=True,
            timeout=120,
            check=False,
        )

    def results(self) -> dict[str, str]:
        """The status of each scenario that was recorded, by its name."""
        found = (json.loads(path.read_bytes()) for path in (self.reports / "allure-results").glob("*-result.json"))
        return {result["name"]: result["status"] for result in found}

    def verdict(self) -> dict[str, Any]:
        """The verdict of the last run."""
        read: dict[str, Any] = json.loads((self.reports / "acceptance.json").read_bytes())["verdict"]
        return read


@pytest.fixture
def whole(tmp_path: Path) -> Whole:
    """A checkout of its own to run behave and signoff in."""
    return Whole(tmp_path)
