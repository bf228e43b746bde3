"""Compares what a run planned with what it recorded: a scenario lost, added or recorded twice is never passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from support.acceptance.plan import Planned
from support.acceptance.results import Result

Item = TypeVar("Item", Planned, Result)


class Kind(StrEnum):
    """How plan and results differ."""

    MISSING = "missing"
    UNEXPECTED = "unexpected"
    DUPLICATE = "duplicate"
    PLANNED_TWICE = "planned twice"
    UNREADABLE = "unreadable"
    REPORTED_OTHERWISE = "reported otherwise"


class Difference(BaseModel):
    """One difference, told in a sentence; it leaves the run undecided at best."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    key: str
    says: str


def reconcile(plan: Sequence[Planned], results: Sequence[Result]) -> list[Difference]:
    """Every difference between plan and results; empty when each planned scenario has exactly one readable result."""
    planned = Counter(item.key for item in plan)
    readable = [result for result in results if result.unreadable is None]
    recorded = Counter(result.key for result in readable)
    differences = [
        Difference(kind=Kind.UNREADABLE, key=result.key, says=result.message)
        for result in results
        if result.unreadable is not None
    ]
    for item in _first_of_each(plan):
        if planned[item.key] > 1:
            differences.append(_say(Kind.PLANNED_TWICE, item, f"was planned {planned[item.key]} times"))
        if recorded[item.key] == 0:
            differences.append(_say(Kind.MISSING, item, "was planned, but no result was recorded"))
    for result in _first_of_each(readable):
        if recorded[result.key] > 1 and result.key:
            differences.append(_say(Kind.DUPLICATE, result, f"was recorded {recorded[result.key]} times"))
        if result.key not in planned:
            differences.append(_say(Kind.UNEXPECTED, result, "was recorded, but never planned"))
    return differences


def reported(results: Sequence[Result], shown: Mapping[str, int]) -> list[Difference]:
    """Every difference between the results and the tests that the report lists, which are counted by key."""
    readable = [result for result in results if result.unreadable is None]
    recorded = Counter(result.key for result in readable)
    names = {result.key: f"“{result.name}”" for result in readable}
    return [
        Difference(
            kind=Kind.REPORTED_OTHERWISE,
            key=key,
            says=f"{names.get(key, 'A scenario')} was recorded {_times(recorded[key])}, but the Allure report shows it "
            f"{_times(shown.get(key, 0))} ({key or 'it carries no key'}).",
        )
        for key in sorted({*recorded, *shown})
        if recorded[key] != shown.get(key, 0)
    ]


def _times(count: int) -> str:
    return {0: "not at all", 1: "once"}.get(count, f"{count} times")


def _first_of_each(items: Sequence[Item]) -> list[Item]:
    """One item of each key, in order; items without a key are all kept, as nothing says that they are the same."""
    first: dict[str, Item] = {}
    for index, item in enumerate(items):
        first.setdefault(item.key or f"#{index}", item)
    return list(first.values())


def _say(kind: Kind, item: Planned | Result, what: str) -> Difference:
    where = f" ({item.key})" if item.key else " (it carries no key)"
    return Difference(kind=kind, key=item.key, says=f"“{item.name}” {what}{where}.")
