"""The report of the end-to-end runner in its two forms, and what it leaves out or says wrongly."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from support.acceptance import snapshot
from support.base.outcomes import NotMet
from support.checks import shapes
from support.checks.basis import enough
from support.checks.matchers import Described, shortened
from support.domains.sidecar.platform.runner import Run
from support.world.core import World

PASS, FAIL, SKIP = "PASS", "FAIL", "SKIP"
REFUSED = 2
"""Exit status of a command that cannot be carried out as asked."""
LEFT_OUT = "left out"
COUNTED = {"passed": PASS, "failed": FAIL, "skipped": SKIP}
TOOLS = ("helm", "kubectl", "argocd", "git")
FIGURE = ("what", "observed", "limit", "samples")
"""What a whole figure says."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class Criterion(_Part):
    """A criterion in the report."""

    id: str
    status: str
    reason: str


class Test(_Part):
    """A subtest in the report."""

    name: str
    status: str
    reason: str
    criteria: list[Criterion]


class Outcome(_Part):
    """How a criterion ended, in a part of the report about what was measured."""

    criterion: str
    status: str


class Measurements(_Part):
    """A part of the report about what was measured: figures, and how their criteria ended."""

    figures: list[shapes.Object]
    notes: list[Outcome]


class Environment(_Part):
    """What the run was made with, as far as it is judged."""

    git_rev: str
    tools: dict[str, bool]
    versions: dict[str, str]


class Report(_Part):
    """The report in JSON, as far as it is judged."""

    summary: shapes.Object
    environment: Environment
    tests: list[Test]
    slo: Measurements
    capacity: Measurements
    chaos: list[Outcome]


def report_of(world: World) -> Report:
    """The report in JSON. Raises NotMet if it was not written or has another shape."""
    mine = world.part(Run)
    try:
        content = json.loads(mine.in_json)
    except ValueError as error:
        told = f"the runner ended with {mine.status}: {shortened(mine.output)}"
        raise NotMet(f"expected a report in JSON, but it cannot be read: {error}; {told}") from error
    return shapes.read(content, Report)


def criteria_of(world: World) -> dict[str, Criterion]:
    """The criteria in the report, by their ids."""
    tests = enough(report_of(world).tests, "tests in the report")
    return {each.id: each for test in tests for each in test.criteria}


def chosen(world: World) -> set[str]:
    """The criteria that were not left out."""
    return {name for name, each in criteria_of(world).items() if LEFT_OUT not in each.reason}


def left_out_otherwise(world: World) -> list[str]:
    """The criteria that were left out and are no SKIP, or do not say by which flag."""
    found = [each for each in criteria_of(world).values() if LEFT_OUT in each.reason]
    wrong = [
        each for each in enough(found, "criteria that were left out") if each.status != SKIP or "--" not in each.reason
    ]
    return [f"{each.id}: {each.status}, {each.reason}" for each in wrong]


def statuses(world: World, ids: Sequence[str]) -> dict[str, str]:
    """The status of some criteria."""
    known = criteria_of(world)
    return {name: known[name].status if name in known else "not in the report" for name in ids}


def _told(world: World) -> dict[str, tuple[str, str]]:
    """Status and reason of each test and criterion."""
    tests = enough(report_of(world).tests, "tests in the report")
    criteria = {each.id: (each.status, each.reason) for test in tests for each in test.criteria}
    return {**{each.name: (each.status, each.reason) for each in tests}, **criteria}


def unexplained(world: World) -> list[str]:
    """The tests and criteria that did not pass and give no reason."""
    told = _told(world).items()
    return [f"{name}: {status}, {reason!r}" for name, (status, reason) in told if status != PASS and " " not in reason]


def wrong_in_summary(world: World) -> list[str]:
    """What the summary counts otherwise than the tests, and an exit status that tells something else."""
    mine, report = world.part(Run), report_of(world)
    counted = {name: sum(each.status == status for each in report.tests) for name, status in COUNTED.items()}
    told = {name: report.summary.get(name) for name in COUNTED}
    wrong = [f"{name}: {told[name]}, not {count}" for name, count in counted.items() if told[name] != count]
    expected = 1 if counted["failed"] else 0
    return wrong if mine.status == expected else [*wrong, f"exit status {mine.status}, not {expected}"]


def only_in_json(world: World) -> list[str]:
    """The tests and criteria whose status or reason the report in Markdown does not have."""
    rows: dict[str, list[str]] = {}
    for cells in map(_cells, world.part(Run).in_markdown.splitlines()):
        if len(cells) >= 3:
            rows.setdefault(cells[0], cells[1:3])  # later tables tell of figures
    told = {name: [status, _plain(reason)] for name, (status, reason) in _told(world).items()}
    return [f"{name}: {rows.get(name)}, not {each}" for name, each in told.items() if rows.get(name) != each]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def _plain(reason: str) -> str:
    return reason.replace("|", "\\|").replace("\n", " ").strip()


def wrong_in_environment(world: World) -> list[str]:
    """What the report says otherwise of the checkout, and what it leaves out of tools and versions."""
    told, taken = report_of(world).environment, snapshot.take()
    pairs = {"revision": (told.git_rev, taken.revision or "unknown")}
    pairs |= {name: (told.versions.get(name, "nothing"), version) for name, version in taken.tools.items()}
    wrong = [f"{name}: {said}, not {right}" for name, (said, right) in pairs.items() if said != right]
    return [*wrong, *(f"nothing of {name}" for name in TOOLS if name not in told.tools)]


def without_figures(world: World, parts: Mapping[str, Sequence[str]]) -> list[str]:
    """The criteria of which the report has no figure with a limit and samples, by the part that they belong to."""
    report = report_of(world)
    found = {"slo": report.slo.figures, "capacity": report.capacity.figures}
    return [f"{each}: {found[part]}" for part, ids in parts.items() for each in ids if not _figures(found[part], each)]


def _figures(figures: Sequence[shapes.Object], criterion: str) -> list[shapes.Object]:
    """The whole figures of a criterion."""
    mine = [each for each in figures if each.get("criterion") == criterion]
    return [each for each in mine if all(each.get(name) is not None for name in FIGURE)]


def chaos(world: World) -> dict[str, str]:
    """How each criterion of chaos ended, by its part of the report."""
    return {each.criterion: each.status for each in report_of(world).chaos}


def skipped_for(reason: str) -> Described[Criterion]:
    """A criterion that was skipped, with a reason that has these words."""
    return Described(
        f"{SKIP}, with a reason that says {reason!r}",
        lambda each: each.status == SKIP and reason.lower() in each.reason.lower(),
        lambda each: f"{each.id} is {each.status}: {each.reason or '(no reason)'}",
    )


def refused(pattern: str) -> Described[Run]:
    """A run that was refused, naming a pattern, and wrote no report."""
    return Described(
        f"a refusal (exit status {REFUSED}) that names {pattern!r}, and no report",
        lambda mine: mine.status == REFUSED and pattern in mine.output and not mine.in_json,
        lambda mine: f"it ended with {mine.status} and said: {shortened(mine.output)}",
    )
