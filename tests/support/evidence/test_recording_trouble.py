"""Whatever a system says is kept, and what cannot be recorded ends one scenario, never the run."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from support.base.outcomes import Outcome
from support.evidence import events
from support.evidence.results_folder import ResultsFolder
from tests.support.evidence.conftest import Run, Tree

ENVIRONMENT = """
from support.base import text

def before_all(context):
    text.escape_on_console()

def after_scenario(context, scenario):
    print("after_scenario of", scenario.name)
"""

STEPS = r"""
from behave import given, then
from support.evidence.attachments import Evidence
import allure_commons
import sys

def listener():
    return next(each for each in allure_commons.plugin_manager.get_plugins() if hasattr(each, "guard"))

HALF = "half \ud83d of a smiley"

@given("evidence with half a character")
def evidence(context):
    Evidence().text("answer of " + HALF, HALF)
    Evidence().json("data", {"said": HALF})
    Evidence().table("table", ["said"], [[HALF]])
    Evidence().drawing("drawing", "<svg xmlns='http://www.w3.org/2000/svg'><text>" + HALF + "</text></svg>")
    Evidence().observation(HALF, HALF, HALF)
    Evidence().parameter(HALF, HALF)

@given("it is printed")
def printed(context):
    print(HALF)
    print(HALF, file=sys.stderr)

@then("it is refused with half a character")
def refused(context):
    raise AssertionError("no room " + HALF)

@then("the suite stumbles over half a character")
def stumbles_over(context):
    raise ValueError(HALF)

class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no words")

@then("an error comes that has no words")
def unspeakable(context):
    raise Unspeakable()

@then("an assertion fails that has no words")
def unspeakable_assertion(context):
    class Worse(AssertionError):
        __str__ = Unspeakable.__str__
    raise Worse()

@given("a description that cannot be written")
def cannot_hold(context):
    listener().logger.get_test(None).description = Unspeakable()

@given("a recorder that fails at the end of the step")
def fails(context):
    reporter = listener().logger
    real = reporter.stop_step
    def fail(*_, **__):
        reporter.stop_step = real
        raise LookupError("no such drawer")
    reporter.stop_step = fail
"""

AFTER = """
          Scenario: after
            Given it is so
            Then it is true
"""


def run(tree: Tree, steps: str, **environment: str) -> Run:
    """Run a scenario of these steps, and another after it."""
    tree.write("environment.py", ENVIRONMENT)
    tree.write("steps/hostile.py", STEPS)
    body = "\n".join(f"            {line.strip()}" for line in steps.strip().splitlines())
    feature = f"        Feature: f\n          Scenario: first\n{body}\n{AFTER}"
    tree.write("features/f.feature", feature)
    command = tree.command("-D", "run_id=r1")
    around = {**os.environ, "NO_COLOR": "1", **environment}
    done = subprocess.run(command, cwd=tree.root, capture_output=True, timeout=60, check=False, env=around)
    return tree.read(done.returncode, (done.stdout + done.stderr).decode("utf-8", "backslashreplace"))


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "ascii"])
def test_half_a_character_is_kept_wherever_it_is_written(tree: Tree, encoding: str) -> None:
    ran = run(
        tree,
        """
        Given evidence with half a character
        And it is printed
        Then it is refused with half a character
        """,
        PYTHONIOENCODING=encoding,
    )
    first = ran.named("first")
    assert first["status"] == "failed"
    assert first["statusDetails"]["message"] == r"no room half \ud83d of a smiley"
    assert {"name": r"half \ud83d of a smiley", "value": r"half \ud83d of a smiley", "excluded": True} in first[
        "parameters"
    ]
    kept = {each["name"]: ran.body(each) for step in first["steps"] for each in step["attachments"]}
    assert kept[r"answer of half \ud83d of a smiley"] == r"half \ud83d of a smiley"
    assert json.loads(kept["data"]) == {"said": r"half \ud83d of a smiley"}
    assert kept["table"] == "said\nhalf \\ud83d of a smiley\n"
    assert json.loads(kept["observation"])["observed"] == r"half \ud83d of a smiley"
    assert r"half \ud83d of a smiley" in ran.body(first["attachments"][0])
    assert ran.named("after")["status"] == "passed"
    assert ran.output.count("Traceback") == 0


def test_an_error_with_half_a_character_is_broken_and_says_it(tree: Tree) -> None:
    ran = run(tree, "Then the suite stumbles over half a character")
    assert ran.named("first")["status"] == "broken"
    assert ran.named("first")["statusDetails"]["message"] == r"ValueError: half \ud83d of a smiley"
    assert ran.named("after")["status"] == "passed"


@pytest.mark.parametrize("step", ["Then an error comes that has no words", "Then an assertion fails that has no words"])
def test_an_error_without_words_ends_its_own_scenario_alone(tree: Tree, step: str) -> None:
    ran = run(tree, step)
    first = ran.named("first")
    assert first["status"] == "broken"
    assert (
        "no words" in first["statusDetails"]["message"]
        or "cannot be put into words" in first["statusDetails"]["message"]
    )
    assert ran.named("after")["status"] == "passed"
    assert ran.status == 1
    assert "after_scenario of first" in ran.output + ran.everything()


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("Given a description that cannot be written", "RuntimeError: no words"),
        (
            "Given a recorder that fails at the end of the step",
            "LookupError: no such drawer",
        ),
    ],
)
def test_what_cannot_be_recorded_makes_its_own_scenario_broken_with_the_reason(
    tree: Tree, step: str, reason: str
) -> None:
    ran = run(tree, f"{step}\nThen it is true")
    first = ran.named("first")
    assert first["status"] == "broken"
    assert f"the report could not record this: {reason}" in first["statusDetails"]["message"]
    assert ran.named("after")["status"] == "passed"
    assert ran.status == 1


def test_events_and_records_hold_only_what_can_be_printed(tmp_path: Path) -> None:
    log = events.EventLog(tmp_path / "events-main.jsonl")
    log.finished("k", "half \ud83d", Outcome.MET, 1.0)
    assert [each.name for each in events.read(tmp_path / "events-main.jsonl")] == [r"half \ud83d"]
    folder = ResultsFolder(tmp_path / "results", clean=False)
    folder.record("result", {"name": "\udcff", "labels": [{"name": "tag", "value": "\ud83d"}], "titlePath": ["\ud83d"]})
    (kept,) = (tmp_path / "results").glob("*-result.json")
    expected = {"name": r"\udcff", "labels": [{"name": "tag", "value": r"\ud83d"}], "titlePath": [r"\ud83d"]}
    assert json.loads(kept.read_text(encoding="utf-8")) == expected
