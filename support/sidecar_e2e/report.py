"""The consolidated report in the source's shape: PASS, FAIL or SKIP with the reason, and what the run was made with.

What the suite could not judge (*broken*) is a FAIL here, for want of a word of its own; what was not verified is a
SKIP. A subtest is as bad as the worst of the criteria asked for: a FAIL counts before a SKIP, a SKIP before a PASS.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from support.acceptance.verdict import CriterionOutcome
from support.base.outcomes import Outcome
from support.sidecar_e2e import markdown
from support.sidecar_e2e.subtests import SUBTESTS, Chosen

PASS, FAIL, SKIP = "PASS", "FAIL", "SKIP"
WORST_FIRST = (FAIL, SKIP, PASS)
STATUSES = {Outcome.MET: PASS, Outcome.NOT_MET: FAIL, Outcome.BROKEN: FAIL, Outcome.NOT_VERIFIED: SKIP}
NO_RESULT = "no result: it was chosen, and the run does not tell of it"
GROUPS = {
    "slo": "test_slo_adherence",
    "capacity": "test_capacity_attach_rate",
    "autoscaling": "test_autoscaling_policies",
}
CHAOS = "test_chaos_recovery"


@dataclass(frozen=True, slots=True)
class Scenario:
    """How one scenario ended."""

    name: str
    status: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Checked:
    """How one criterion ended, with its scenarios and the figures that it was judged by."""

    id: str
    status: str
    reason: str
    says: str = ""
    scenarios: tuple[Scenario, ...] = ()
    figures: tuple[Mapping[str, Any], ...] = ()
    left_out: bool = False
    """Whether nobody asked for it."""


@dataclass(frozen=True, slots=True)
class Subtest:
    """How one subtest ended."""

    name: str
    criteria: tuple[Checked, ...]

    @property
    def _asked(self) -> Sequence[Checked]:
        return [each for each in self.criteria if not each.left_out] or self.criteria

    @property
    def status(self) -> str:
        """The worst status of those of its criteria that were asked for."""
        there = {each.status for each in self._asked}
        return next(status for status in WORST_FIRST if status in there)

    @property
    def reason(self) -> str:
        """Why it did not pass: the reasons of its criteria with that status, each once."""
        mine = [each for each in self._asked if each.status == self.status and each.reason]
        by_reason: dict[str, list[str]] = {}
        for each in mine:
            by_reason.setdefault(each.reason, []).append(each.id)
        return "; ".join(f"{reason} ({', '.join(ids)})" for reason, ids in by_reason.items())


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run: its subtests, what it was made with, and notes."""

    subtests: tuple[Subtest, ...]
    environment: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    """Scenarios without a result, and other trouble of the run itself: what is lost is no pass."""

    @property
    def failed(self) -> bool:
        """Whether anything failed or was lost."""
        return bool(self.lost) or any(each.status == FAIL for each in self.subtests)


def checked(chosen: Chosen, skipped: Mapping[str, str], ended: Mapping[str, CriterionOutcome], says: str) -> Checked:
    """How a criterion ended: left out, skipped for what is missing, or as the run found it."""
    if reason := chosen.left_out or skipped.get(chosen.criterion, ""):
        return Checked(chosen.criterion, SKIP, reason, says, left_out=bool(chosen.left_out))
    found = ended.get(chosen.criterion)
    if found is None or not found.scenarios:
        return Checked(chosen.criterion, FAIL, NO_RESULT, says)
    reason = "" if found.outcome is Outcome.MET else _reason(found)
    scenarios = tuple(
        Scenario(each.name, STATUSES[each.outcome], each.reason, round(each.duration, 3)) for each in found.scenarios
    )
    figures = tuple(figure.model_dump() for each in found.scenarios for figure in each.observations)
    return Checked(chosen.criterion, STATUSES[found.outcome], reason, says, scenarios, figures)


def _reason(found: CriterionOutcome) -> str:
    """Why a criterion was not met: what its scenarios with that outcome say, the first line of each."""
    told = [each.reason for each in found.scenarios if each.outcome is found.outcome and each.reason] or [found.reason]
    lines = list(dict.fromkeys(each.strip().splitlines()[0] for each in told if each.strip()))
    broken = "it could not be judged: " if found.outcome is Outcome.BROKEN else ""
    return broken + ("; ".join(lines) or str(found.outcome))


def grouped(all_checked: Iterable[tuple[str, Checked]]) -> tuple[Subtest, ...]:
    """The subtests, in their order, each with its criteria."""
    by_name: dict[str, list[Checked]] = {name: [] for name in SUBTESTS}
    for name, each in all_checked:
        by_name[name].append(each)
    return tuple(Subtest(name, tuple(mine)) for name, mine in by_name.items() if mine)


def as_dict(report: Report) -> dict[str, Any]:
    """The report as JSON has it."""
    counted = Counter(each.status for each in report.subtests)
    tests = [
        {
            "name": each.name,
            "status": each.status,
            "reason": each.reason,
            "criteria": [asdict(one) for one in each.criteria],
        }
        for each in report.subtests
    ]
    figures = {group: _figures(report.subtests, name) for group, name in GROUPS.items()}
    return {
        "summary": {
            "total": len(report.subtests),
            "passed": counted[PASS],
            "failed": counted[FAIL],
            "skipped": counted[SKIP],
            "status": FAIL if report.failed else PASS if counted[PASS] else SKIP,
        },
        "environment": dict(report.environment),
        "tests": tests,
        "slo": {"figures": figures["slo"], "notes": _told(report.subtests, GROUPS["slo"])},
        "capacity": {
            "figures": figures["capacity"],
            "notes": [*_told(report.subtests, GROUPS["capacity"]), *_told(report.subtests, GROUPS["autoscaling"])],
        },
        "chaos": _told(report.subtests, CHAOS),
        "notes": [*report.notes, *report.lost],
    }


def _figures(subtests: Sequence[Subtest], name: str) -> list[Mapping[str, Any]]:
    return [
        {"criterion": one.id, **figure}
        for each in subtests if each.name == name
        for one in each.criteria
        for figure in one.figures
    ]  # fmt: skip


def _told(subtests: Sequence[Subtest], name: str) -> list[dict[str, str]]:
    """How each criterion of a subtest ended, with what it is about."""
    return [
        {"criterion": one.id, "status": one.status, "says": one.says, "reason": one.reason}
        for each in subtests if each.name == name
        for one in each.criteria
    ]  # fmt: skip


def write(report: Report, path: Path) -> tuple[Path, Path]:
    """Write the report as JSON, and beside it in Markdown. Returns both places."""
    content = as_dict(report)
    beside = path.with_suffix(".md")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.write_text(markdown.text(content), encoding="utf-8")
    return path, beside
