"""Builds entries of runs that never happened, a day apart, for the tests of the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from support.acceptance.verdict import Decision
from support.base.outcomes import Outcome
from support.history.entry import Entry, Kept, Measured

STARTED = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
HOSTILE = "<script>document.title = 'owned'</script><img src=x onerror=alert(1)> & \"quotes\""


def entry(day: int, outcomes: Mapping[str, Outcome], **other: Any) -> Entry:
    """The run of a day; the same system and features as on any other, unless told otherwise."""
    worst = set(outcomes.values())
    decision = Decision.ACCEPTED
    if worst & {Outcome.BROKEN, Outcome.NOT_MET}:
        decision = Decision.REJECTED if Outcome.NOT_MET in worst else Decision.UNDECIDED
    facts: dict[str, Any] = {
        "run": f"{day:04x}aaaa",
        "started": STARTED + timedelta(days=day),
        "system": "caio",
        "title": "CAIO, contract-based AI orchestrator",
        "version": "1.0.0",
        "deployment": "process",
        "interfaces": ("http", "python"),
        "partial": False,
        "finished": True,
        "seconds": 47.5 + day % 3,
        "features": "f" * 64,
        "source": "s" * 64,
        "decision": decision,
        "criteria": {name: Kept(outcome, "0badcafe") for name, outcome in outcomes.items()},
    }
    return Entry(**{**facts, **other})


def flipping(criterion: str, outcomes: Sequence[Outcome], **other: Any) -> list[Entry]:
    """One run a day in which one criterion ended so."""
    return [entry(day, {criterion: outcome}, **other) for day, outcome in enumerate(outcomes)]


def measured(observed: float | str | None, limit: float | str | None = 50.0, **other: Any) -> Measured:
    """A figure of a scenario."""
    facts: dict[str, Any] = {
        "criterion": "CAIO-SLO-01",
        "scenario": "A thousand decisions",
        "what": "decision p95",
        "interface": "http",
        "unit": "ms",
    }
    return Measured(**{**facts, "observed": observed, "limit": limit, **other})
