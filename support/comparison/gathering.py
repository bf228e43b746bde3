"""What the last run of each system says of each criterion, in one line, from the files that the run left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from support.acceptance import expected, run_record
from support.acceptance.criteria import CriteriaFile
from support.acceptance.expected import Expected
from support.acceptance.page import Document
from support.acceptance.results import Observation
from support.acceptance.run_record import RunRecord
from support.acceptance.verdict import CriterionOutcome, Verdict
from support.base import scenarios
from support.base.outcomes import Outcome
from support.base.places import PROJECT
from support.base.systems import System
from support.base.text import writable

NOT_OFFERED = "not offered"
REPRODUCTIONS = "reproductions.md"
"""Beside a definition: how to see each broken promise without the suite, under the criterion's id as a heading."""
SETUP = "setup"
LONGEST = 160
"""Characters of one line."""
_HEADING = re.compile(r"^## +(\S+).*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One criterion of one system: an outcome, or "not offered", and what was seen."""

    criterion: str
    outcome: str
    seen: str
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One system: its run, and a cell for each criterion, by id; ``reproductions`` are texts in Markdown, by id."""

    name: str
    record: RunRecord
    cells: dict[str, Cell]
    reproductions: dict[str, str]

    def count(self, outcome: str) -> int:
        """How many criteria ended so."""
        return sum(cell.outcome == outcome for cell in self.cells.values())


def judged(system: System, reports: Path, listed: CriteriaFile) -> Judged | None:
    """The last whole run of a system; None where there is none. Raises UsageError for a damaged record."""
    page = reports / "acceptance.json"
    if not page.is_file():
        return None
    verdict, record = Document.model_validate_json(page.read_bytes()).verdict, run_record.load(reports)
    if record.partial:
        return None
    file = system.here / expected.FILE_NAME
    known = expected.load(file) if file.is_file() else None
    found = {item.criterion.id: item for item in verdict.criteria}
    cells = {name: _cell(found[name], record, verdict, known) for name in listed.ids if name in found}
    return Judged(system.name, record, cells, reproductions(system.here / REPRODUCTIONS))


def reproductions(path: Path) -> dict[str, str]:
    """The sections of a file by their headings, what stands before them by SETUP; none where there is no file."""
    if not path.is_file():
        return {}
    before, *parts = _HEADING.split(path.read_text(encoding="utf-8"))
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    return {name: text.strip() for name, text in {SETUP: before, **found}.items()}


def _cell(item: CriterionOutcome, record: RunRecord, verdict: Verdict, known: Expected | None) -> Cell:
    name = item.criterion.id
    figures = tuple(_figure(each) for scenario in item.scenarios for each in scenario.observations)
    if item.outcome is Outcome.NOT_VERIFIED and (absent := _absent(item, record)):
        return Cell(name, NOT_OFFERED, _line("; ".join(record.absent[need] for need in absent)))
    reason = known.reason(name) if known and known.of(name) is item.outcome else ""
    if item.outcome is Outcome.MET:
        tried = [scenario for scenario in item.scenarios if scenario.outcome is Outcome.MET]
        return Cell(name, item.outcome.value, f"{len(tried)} scenario{'s' if len(tried) != 1 else ''}", figures)
    return Cell(name, item.outcome.value, reason or _seen(item), figures)


def _absent(item: CriterionOutcome, record: RunRecord) -> list[str]:
    """The capabilities that its scenarios need and that are not offered; none if one could have been tried."""
    tags = {planned.key: planned.tags for planned in record.plan}
    lacking = [
        [need for need in scenarios.needs_of(tags.get(scenario.key, ())) if need in record.absent]
        for scenario in item.scenarios
        if scenario.outcome is Outcome.NOT_VERIFIED
    ]
    return list(dict.fromkeys(need for each in lacking for need in each)) if lacking and all(lacking) else []


def _seen(item: CriterionOutcome) -> str:
    """The first scenario that ended as the criterion did, and the first line that says why."""
    same = [scenario for scenario in item.scenarios if scenario.outcome is item.outcome]
    if not same:
        return _line(item.reason)
    first = same[0]
    return _line(f"{first.name}: {first.reason}" if item.outcome is not Outcome.NOT_VERIFIED else first.reason)


def _line(text: str) -> str:
    plain = " ".join(writable(text.replace(f"{PROJECT}/", "")).split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1].rstrip()}…"


def _figure(each: Observation) -> str:
    unit = f" {each.unit}" if each.unit else ""
    seen = f"{each.observed:.3g}" if isinstance(each.observed, float) else str(each.observed)
    limit = "" if each.limit is None else f" (limit {each.limit}{unit})"
    return f"{each.what}: {seen}{unit}{limit}"
