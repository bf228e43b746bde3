"""Runs behave, as a user would, on a small tree of features, and reads the Allure results that it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

BEHAVE_INI = """
[behave]
default_format = progress3
format = allure
outfiles = reports/allure-results
show_skipped = false
show_snippets = false

[behave.formatters]
allure = support.evidence.allure_formatter:AllureFormatter
"""

STEPS = """
from behave import given, when, then, step
from support.evidence.attachments import Evidence
from support.base.outcomes import Broken, NotMet, NotVerified

@given("it is so")
@given("the table")
@given("the text")
def passes(context):
    pass

@then("it is {what}")
def is_what(context, what):
    assert what == "true", f"expected true, saw {what}"

@then("the promise is broken")
def not_met(context):
    raise NotMet("expected 3 answers, saw 2")

@then("the suite stumbles")
def stumbles(context):
    raise ValueError("no such port")

@given("this machine lacks {what}")
def lacks(context, what):
    raise NotVerified(f"this machine has no {what}")

@given("a clean-up that fails")
def bad_cleanup(context):
    def put_back():
        raise RuntimeError("cannot put it back")
    context.add_cleanup(put_back)
"""


@dataclass
class Run:
    """What a behave run left. ``results`` are the result files; ``globals`` what belongs to the run as a whole."""

    folder: Path
    status: int
    output: str
    results: list[dict[str, Any]] = field(default_factory=list)
    globals: list[dict[str, Any]] = field(default_factory=list)

    def named(self, name: str) -> dict[str, Any]:
        """The one result of that name."""
        found = [result for result in self.results if result["name"] == name]
        assert len(found) == 1, f"expected one result named {name!r}, found {len(found)}:\n{self.output}"
        return found[0]

    def only(self) -> dict[str, Any]:
        """The one result that there is."""
        assert len(self.results) == 1, f"expected one result, found {len(self.results)}:\n{self.output}"
        return self.results[0]

    def body(self, attachment: dict[str, Any]) -> str:
        """The content of an attachment."""
        return (self.folder / attachment["source"]).read_text(encoding="utf-8")

    def everything(self) -> str:
        """All that the run wrote, in one text."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.iterdir()))


class Tree:
    """A small project: features, steps, environment and behave.ini."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("behave.ini", BEHAVE_INI)
        self.write("steps/steps.py", STEPS)

    def write(self, path: str, content: str) -> None:
        """Write one file of the project."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(content), encoding="utf-8")

    def command(self, *options: str, path: str = "features") -> list[str]:
        """The command line of a run."""
        return [str(Path(sys.executable).with_name("behave")), path, *options]

    def run(self, *options: str, path: str = "features") -> Run:
        """Run behave there and read what it left."""
        done = subprocess.run(
            self.command(*options, path=path),
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "NO_COLOR": "1"},
        )
        return self.read(done.returncode, done.stdout + done.stderr)

    def read(self, status: int = 0, output: str = "", folder: str = "reports/allure-results") -> Run:
        """Read the results that are there."""
        results = self.root / folder
        run = Run(results, status, output)
        for path in sorted(results.glob("*.json")) if results.is_dir() else []:
            content = json.loads(path.read_text(encoding="utf-8"))
            if path.name.endswith("-result.json"):
                run.results.append(content)
            elif path.name.endswith("-globals.json"):
                run.globals.append(content)
        return run


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """An empty small project; features and environment.py are the test's to write."""
    return Tree(tmp_path)


def labels(result: dict[str, Any], name: str) -> list[str]:
    """The values of one label."""
    return [label["value"] for label in result["labels"] if label["name"] == name]


def parameters(result: dict[str, Any]) -> dict[str, str]:
    """The parameters by name."""
    return {parameter["name"]: parameter["value"] for parameter in result["parameters"]}


def statuses(result: dict[str, Any]) -> list[str]:
    """How the steps ended, in order."""
    return [step["status"] for step in result["steps"]]
