"""Scenarios that show nothing, whatever a system does: without steps, without a Then, or a row that repeats another."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from behave.model import ScenarioOutline

Said = tuple[Any, ...]
"""All that the steps of a scenario say, their texts and tables included."""


def why_empty(scenario: Any) -> str:
    """Why a scenario, or a row of an outline, shows nothing; empty if it shows something."""
    return why_unjudged(scenario) or why_repeated(scenario)


def why_unjudged(scenario: Any) -> str:
    """Why nothing is judged in a scenario or outline, whose background does not count; empty if something is."""
    if not scenario.steps:
        return "it has no steps of its own, so it shows nothing"
    if all(step.step_type != "then" for step in scenario.steps):
        return "it has no Then of its own, so nothing is judged and it shows nothing"
    return ""


def why_repeated(scenario: Any) -> str:
    """Why a row of an outline shows no more than another one; empty for any other row or scenario."""
    outline = getattr(scenario, "parent", None)
    if not isinstance(outline, ScenarioOutline):
        return ""
    alike = _lines_by_steps(outline)[_said(scenario)]
    if len(alike) < 2:
        return ""
    if len(alike) == len(outline.scenarios):
        return f"all {len(alike)} rows of its outline say the same, so they show no more than one would"
    other = next(line for line in alike if line != scenario.line) if alike[0] == scenario.line else alike[0]
    return f"its steps say the same as those of the row in line {other}, so it shows nothing of its own"


@lru_cache(maxsize=2)
def _lines_by_steps(outline: Any) -> Mapping[Said, list[int]]:
    """The lines of the rows that say the same; found once for an outline, which may have thousands of rows."""
    found: dict[Said, list[int]] = {}
    for row in outline.scenarios:
        found.setdefault(_said(row), []).append(row.line)
    return found


def _said(scenario: Any) -> Said:
    return tuple((step.step_type, step.name, step.text, _cells(step.table)) for step in scenario.steps)


def _cells(table: Any) -> Said:
    return (tuple(table.headings), *(tuple(row.cells) for row in table.rows)) if table else ()
